"""The command line of the map: `cachly units load | show | support | point | amend`."""

from __future__ import annotations

from typing import Annotated

import typer

units = typer.Typer(
    no_args_is_help=True, help="The health units: provinces, centres, commune stations and their branches."
)
Hotline = Annotated[str, typer.Option(help="The number to call, such as 0206 3852 272", metavar="NUMBER")]


@units.command()
def load(
    file: Annotated[
        str, typer.Argument(help="A .tsv or .csv file of communes, in UTF-8", metavar="[FILE]")
    ] = "",
    *,
    province: Annotated[
        str, typer.Option(help="Only this province, by its code, such as 04", metavar="CODE")
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="The whole country")] = False,
    hotline: Hotline = "",
) -> None:
    """Load the health units: a provincial CDC for each province and a station for each commune.

    Without FILE they come from the package vietnamadminunits with the changes since, and with the names of
    before July 2025. The first line of FILE names its columns: province_code, province, ward_code, ward; if
    wanted also hotline, aliases (parted by ;), valid_from, valid_to. With district_code and district it is a
    map of before July 2025, whose units have ended. Units of the same code are corrected and keep their
    people, others are added; none is removed: valid_to ends one. Loading again changes nothing twice.
    """
    from bot import units as maps  # noqa: PLC0415 - the libraries behind it take a second, --help should not

    typer.echo(maps.load(file, province, everything=everything, hotline=hotline))


@units.command()
def show(
    unit: Annotated[str, typer.Argument(help="A code, or a name with or without marks", metavar="CODE|NAME")],
) -> None:
    """Show a unit: what is above it, who supports it, branches, hotline, staff, what it was before.

    Finds units of before July 2025 by their old names and codes too, and says what they are now.
    """
    from bot import units_shown  # noqa: PLC0415 - as in `load`

    typer.echo(units_shown.show(unit))


@units.command()
def support(
    centre: Annotated[str, typer.Argument(help="The centre's code, such as 04-KV1", metavar="CENTRE_CODE")],
    communes: Annotated[list[str], typer.Argument(help="Codes of communes", metavar="COMMUNE_CODE...")],
    *,
    name: Annotated[str, typer.Option(help="The centre's name; needed for a new one", metavar="NAME")] = "",
    hotline: Hotline = "",
    stop: Annotated[bool, typer.Option("--stop", help="It supports these no longer")] = False,
) -> None:
    """Have a regional centre support communes of its province; it is made where there is none yet.

    Support is not command: the centre sees the people of these stations and is told when
    nobody there answers.
    """
    from bot import units as maps  # noqa: PLC0415 - as in `load`

    typer.echo(maps.support(centre, communes, name=name, hotline=hotline, stop=stop))


@units.command()
def point(
    station: Annotated[str, typer.Argument(help="The station's code, such as 01273", metavar="STATION_CODE")],
    name: Annotated[str, typer.Argument(help='Its name, such as "Điểm trạm Hợp Giang"', metavar="NAME")],
    *,
    hotline: Hotline = "",
) -> None:
    """Open a branch (điểm trạm) under a commune station; its code is printed, staff can be invited to it."""
    from bot import units as maps  # noqa: PLC0415 - as in `load`

    typer.echo(maps.point(station, name, hotline=hotline))


@units.command()
def amend(
    code: Annotated[str, typer.Argument(help="The unit's code", metavar="CODE")],
    *,
    hotline: Annotated[
        str | None, typer.Option(help='Its number; "" takes it away', metavar="NUMBER")
    ] = None,
    alias: Annotated[
        list[str] | None, typer.Option(help="A further name by which it is found", metavar="NAME")
    ] = None,
) -> None:
    """Give a unit its hotline and further names; a unit without a number shows that of the unit above."""
    from bot import units as maps  # noqa: PLC0415 - as in `load`

    typer.echo(maps.amend(code, hotline=hotline, aliases=alias or ()))
