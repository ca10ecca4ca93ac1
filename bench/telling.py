"""The figures as a table to read and as JSON to compare."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.measuring import Figure, written

HEADINGS = ("what", "database", "unit", "Cachly", "usual way", "×", "target", "verdict")


def table(figures: Sequence[Figure]) -> str:
    """A table in Markdown, with what was sampled and what the usual ways are below it."""
    lines = [_row(HEADINGS), _row(["---"] * len(HEADINGS)), *(_row(_cells(one)) for one in figures)]
    ways = sorted({one.usual_way for one in figures if one.usual_way})
    lines += ["", "The usual way: " + "; ".join(ways) + "."] if ways else []
    lines += [f"Sampled: {one.name}, {one.database}: {one.sampled}." for one in figures if one.sampled]
    return "\n".join(lines)


def _cells(figure: Figure) -> list[str]:
    sign = "≥" if figure.higher else "≤"
    return [
        figure.name,
        figure.database,
        figure.unit,
        str(figure.ours),
        str(figure.usual) if figure.usual else "",
        f"{figure.times:.1f}" if figure.times else "",
        f"{sign} {written(figure.target)}" if figure.target is not None else "",
        figure.verdict,
    ]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def as_json(machine: Mapping[str, object], date: str, figures: Sequence[Figure]) -> str:
    """Everything that was measured, every run of it."""
    told = [
        {
            "name": one.name,
            "database": one.database,
            "unit": one.unit,
            "higher_is_better": one.higher,
            "ours": {"median": one.ours.median, "runs": one.ours.runs},
            "usual": {"way": one.usual_way, "median": one.usual.median, "runs": one.usual.runs}
            if one.usual
            else None,
            "times": one.times,
            "target": one.target,
            "floor": one.floor,
            "verdict": one.verdict,
            "sampled": one.sampled,
        }
        for one in figures
    ]
    return (
        json.dumps({"date": date, "machine": machine, "figures": told}, ensure_ascii=False, indent=1) + "\n"
    )


def keep(path: Path, content: str) -> None:
    """Write a result, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
