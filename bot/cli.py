"""The command line: what an operator can do with Cachly; each command's --help suffices to use it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_units import units
from bot.refusals import RefusedError

if TYPE_CHECKING:
    from quarantine.batches import Doubles

WRONG_USE, FAILED = 2, 1

app = typer.Typer(
    name="cachly",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Cachly looks after people in home quarantine, by chat. Settings come from CACHLY_* and .env; "
    "README.md and .env.example list them.",
)


zalo = typer.Typer(no_args_is_help=True, help="What Zalo's Official Accounts need of a human.")
app.add_typer(zalo, name="zalo")
app.add_typer(units, name="units")
officers = typer.Typer(no_args_is_help=True, help="Who is posted where, and ending a post.")
app.add_typer(officers, name="officers")


@app.command()
def run() -> None:
    """Run Cachly on the real messengers.

    Needs CACHLY_KEYS (`cachly key` makes a key) and an account: CACHLY_TELEGRAM_TOKEN (from @BotFather) or
    the accounts of CACHLY_ACCOUNTS. Fetches messages by polling, or takes them by webhook when
    CACHLY_PUBLIC_URL is set; a Zalo Official Account only pushes. An SQLite file is brought up to date by
    itself; on PostgreSQL run `cachly migrate` first. Stop it with Ctrl-C or SIGTERM: what has begun is
    finished.
    """
    from bot import running  # noqa: PLC0415 - the libraries behind it take a second, which --help should not

    running.run()


@app.command()
def demo() -> None:
    """Look around: a small province of invented people on stand-in messengers, on this machine alone.

    Starts Cachly and the stand-in, and prints one address to open in a browser. Nothing is kept: each start
    makes a new key and a new database under .cachly/demo. Needs no token and no network. Stop it with
    Ctrl-C. The ports are CACHLY_HTTP_PORT (8080) and CACHLY_DEMO_PORT (8081).
    """
    from bot import staging  # noqa: PLC0415 - as in `run`

    staging.demo()


@app.command()
def migrate() -> None:
    """Bring the database named by CACHLY_DATABASE to this version's tables.

    Makes them where there are none. All steps or none; running it again does nothing. Back up first.
    """
    from bot import operations  # noqa: PLC0415 - as in `run`

    typer.echo(operations.migrate())


@app.command()
def sweep(
    at: Annotated[
        str,
        typer.Option(help="The instant, with its zone, such as 2026-12-05T07:30+07:00", metavar="INSTANT"),
    ],
) -> None:
    """Do once what is due at an instant: prompts, reminders, escalations, endings; print how many.

    For a scheduler of your own, and for looking at what a moment would bring. What was done already is not
    done again, so running it beside `cachly run` or twice is harmless. Letters wait in the outbox until
    `cachly run` sends them.
    """
    from bot import running  # noqa: PLC0415 - as in `run`

    typer.echo(running.sweep(at))


@app.command("import")
def import_list(
    file: Annotated[str, typer.Argument(help="A list: .xlsx, .xls, .ods, .csv or .txt", metavar="FILE")] = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look at the file")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, for a program; writes with --yes only")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking")] = False,
    whose: Annotated[
        str,
        typer.Option("--as", help="On behalf of a unit (its code) or person (its id)", metavar="WHO"),
    ] = "",
    doubles: Annotated[
        str,
        typer.Option(
            help="People who are known already: skip, same (new quarantine), add, return (with --rejects)"
        ),
    ] = "skip",
    decide: Annotated[
        list[str] | None,
        typer.Option(
            help="Of one row of these: 12=add, Sheet2!12=return; others as --doubles", metavar="ROW=WHAT"
        ),
    ] = None,
    one_by_one: Annotated[
        bool, typer.Option("--one-by-one", help="Show people who are known one by one, and ask")
    ] = False,
    sheet: Annotated[str, typer.Option(help="Only this sheet of the workbook", metavar="NAME")] = "",
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", help="Say which column a field is: phone=SĐT, phone=F", metavar="FIELD=HEADER"),
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(help="A value for rows that say nothing: reason=F1", metavar="FIELD=VALUE"),
    ] = None,
    units_file: Annotated[
        str,
        typer.Option(
            "--units", help="In a dry run, check communes against this file of units", metavar="FILE"
        ),
    ] = "",
    rejects: Annotated[
        str,
        typer.Option(
            "--rejects", "--returned", help="Write the rows to be mended into this file", metavar="FILE"
        ),
    ] = "",
    undo: Annotated[
        int | None,
        typer.Option(help="Take this batch back, while nobody of it is verified", metavar="BATCH"),
    ] = None,
) -> None:
    """Bring in a list of people to be quarantined: look, ask, write; stations are told to verify them.

    Finds the header under titles, recognises the columns, checks every value, and compares with everybody
    who is known. Good rows go in together or not at all; the same rows never go in twice, whoever brings
    them. With --dry-run, or --json without --yes, nothing is written. JSON holds no personal data. Fields
    are: name, family_name, given_name, phone, birth, age, sex, male, female, identity, address, commune,
    district, province, order_number, order_date, first_day, last_day, reason, note, row_number,
    household_phone.
    """
    from bot import bringing_in, importing  # noqa: PLC0415 - as in `run`

    if undo is not None:
        typer.echo(bringing_in.undo(undo))
        return
    if not file:
        raise RefusedError("Name a FILE, or --undo BATCH.")
    try:
        wishes = bringing_in.Wishes(
            file,
            sheet=sheet,
            mapping=importing.pairs(mapping or (), "--map"),
            given=importing.pairs(given or (), "--given"),
            doubles=importing.doubles(doubles),
            decide=importing.decided(decide or ()),
            singly=one_by_one,
            whose=whose,
            yes=yes,
            as_json=as_json,
            rejects=rejects,
        )
        if not dry_run and (yes or not as_json):
            told = bringing_in.bring_in(wishes, _agreed, _progress, _chosen)
        elif not units_file and bringing_in.can_compare():
            told = bringing_in.try_out(wishes)
        else:
            told = importing.try_out(
                file,
                sheet=sheet,
                mapping=mapping or (),
                given=given or (),
                units_file=units_file,
                as_json=as_json,
                returned_to=rejects,
            )
    except importing.FileRefusedError as refused:
        if as_json:
            typer.echo(importing.refusal(refused))
        raise
    typer.echo(told)


def _agreed(question: str) -> bool:
    return typer.confirm(question)


def _chosen(question: str, ways: Sequence[Doubles]) -> tuple[Doubles, bool]:
    """What becomes of one row, by a letter; a capital one holds for all that are left."""
    from bot import deciding  # noqa: PLC0415 - as in `run`

    typer.echo(question, err=True)
    while True:
        chosen = deciding.read(typer.prompt(deciding.offered(ways), err=True), ways)
        if chosen is not None:
            return chosen


def _progress(bar: str) -> None:
    """A line that is drawn over, for whoever watches."""
    if sys.stderr.isatty():
        typer.echo(f"\r{bar}", err=True, nl="." not in bar)


@app.command()
def template(
    file: Annotated[str, typer.Argument(help="Where to write it", metavar="FILE")] = "cachly-mau.xlsx",
    units_file: Annotated[
        str,
        typer.Option("--units", help="Offer the communes of this file, as for `units load`", metavar="FILE"),
    ] = "",
) -> None:
    """Write the template of a list in Vietnamese, as .xlsx with drop-down lists, and print its path.

    The communes and provinces in the database, or of --units, are offered for choice.
    """
    from bot import importing  # noqa: PLC0415 - as in `run`

    typer.echo(importing.write_template(file, units_file))


@app.command()
def invite(
    unit: Annotated[str, typer.Option(help="The unit's code: 04 for a province's CDC, 01273 for a commune")],
    role: Annotated[str, typer.Option(help="cdc_admin, cdc_clerk, centre, director, officer or viewer")],
    *,
    deputy: Annotated[
        bool, typer.Option("--deputy", help="Is asked when the officer on duty is silent")
    ] = False,
) -> None:
    """Invite a member of staff: print a code and a link that bind one chat to a post at a unit.

    The code works once, for 72 hours. Give it to that person only, by a way you trust.
    """
    from bot import operations  # noqa: PLC0415 - as in `run`

    typer.echo(operations.invite(unit, role, deputy=deputy))


@officers.command("list")
def list_officers(
    unit: Annotated[
        str, typer.Option(help="Only this unit and those below it, by code", metavar="CODE")
    ] = "",
) -> None:
    """List staff: the number of each posting, unit, role and name, and who is off today.

    It prints names: mind who can see the screen.
    """
    from bot import staff  # noqa: PLC0415 - as in `run`

    typer.echo(staff.listed(unit))


@officers.command()
def revoke(
    posting: Annotated[
        int, typer.Argument(help="Its number, from `cachly officers list`", metavar="POSTING")
    ],
) -> None:
    """End a posting at once: what it allowed is refused from the next message on.

    Tasks that they had taken lie open again, and the others of the unit are told; so are they. Invitations
    that they gave work no longer. In chat, CDC administrators and directors do the same by /canbo_donvi.
    """
    from bot import staff  # noqa: PLC0415 - as in `run`

    typer.echo(staff.revoke(posting))


@app.command()
def leaflets(
    unit: Annotated[str, typer.Option(help="The unit's code: 01273 for a commune, 04 for a whole province")],
    out: Annotated[str, typer.Option(help="Where to write the PDF", metavar="FILE")],
    episode: Annotated[
        list[int] | None, typer.Option(help="Only this person's, by the id of the episode", metavar="ID")
    ] = None,
    per_page: Annotated[int, typer.Option(help="How many to an A4 page: 1, 4 or 8")] = 4,
) -> None:
    """Print guidance leaflets: a PDF with a fresh code and QR for everybody who has not connected yet.

    For those of the unit and of all below it whom the commune has verified, at most 1,000, longest waiting
    first. Each code works once, for 72 hours; earlier ones end. The first page says who gets which leaflet:
    keep it at the station. The file is for the user that runs this alone; delete it once it is printed.
    """
    from bot import leaflets as printing  # noqa: PLC0415 - as in `run`

    typer.echo(printing.write_leaflets(unit, episode or (), out, per_page))


@app.command()
def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for a program")] = False
) -> None:
    """Look whether all is well: settings, keys, database, letters, and each account.

    Of an account: credentials, webhook, window, quota. Says in words what is wrong and what to do; exit code
    1 when something is. Changes nothing.
    """
    from bot import doctor as doctors  # noqa: PLC0415 - as in `run`

    findings = doctors.examine()
    typer.echo(doctors.as_json(findings) if as_json else doctors.told(findings))
    if any(finding.wrong for finding in findings):
        raise typer.Exit(FAILED)


@zalo.command()
def consent(
    account: Annotated[str, typer.Argument(help="Its name in the accounts file", metavar="ACCOUNT")],
    callback: Annotated[
        str,
        typer.Option(help="The callback saved in Zalo's console, where it is not our own", metavar="ADDRESS"),
    ] = "",
) -> None:
    """Give Cachly the right to act for an Official Account, at first and whenever its tokens are dead.

    Prints an address. Whoever administers the Official Account opens it and agrees. Zalo then sends them to
    <CACHLY_PUBLIC_URL>/zalo/consent/ACCOUNT, where a running Cachly keeps the consent; or paste the address
    that they were sent to. The address works for 30 minutes, once.
    """
    from bot import consents  # noqa: PLC0415 - as in `run`

    typer.echo(consents.consent(account, callback, typer.echo, _asked))


def _asked(question: str) -> str:
    answer: str = typer.prompt(question, default="", show_default=False)
    return answer


@app.command()
def key() -> None:
    """Print a new key as a line for .env; keys that are set stay behind it.

    To begin: `cachly key >> .env`. To change keys: the same again (the last line counts), start every
    process anew, then `cachly rekey`. Keep a copy apart from the database: without it nobody can read the
    data again.
    """
    from bot import operations  # noqa: PLC0415 - as in `run`

    typer.echo(operations.new_key())


@app.command()
def rekey() -> None:
    """Seal everything anew with the first key of CACHLY_KEYS, in batches, while Cachly runs.

    Every process must have the new key first, with the old one behind it. May be stopped and started again.
    """
    from bot import operations  # noqa: PLC0415 - as in `run`

    typer.echo(operations.rekey())


def main(words: Sequence[str] | None = None) -> None:
    """The command `cachly`: errors are sentences on stderr, never a traceback; exits with a code."""
    try:
        app(words)
    except RefusedError as refused:
        typer.echo(str(refused), err=True)
        sys.exit(WRONG_USE)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold somebody's data
        from bot.tracebacks import told  # noqa: PLC0415 - as in `run`

        typer.echo("Cachly met an error that it does not know. Please report these lines:", err=True)
        typer.echo("\n".join(told(error)), err=True)
        sys.exit(FAILED)
