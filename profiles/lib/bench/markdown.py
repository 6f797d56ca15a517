"""The report as Markdown tables, to be pasted into docs/performance.md."""

import os

import report
from figures import RATIOS


def table(heads, rows):
    """The first column is text, the others are figures."""
    lines = [heads, ["---"] + ["--:"] * (len(heads) - 1), *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)


def targets(figures):
    return table(["", "target", "median", "least – most", ""], [
        [target.title, f"{target.bound} {target.unit}".strip(), f"**{report.number(target.summary.median)}**",
         report.spread(target.summary), "met" if target.met else "missed"] for target in figures.targets()])


def others(figures):
    """The ratios without a target."""
    return [[ratio.title, "", f"{figures.ratio(ratio).median:.2f}", report.spread(figures.ratio(ratio)), ""]
            for ratio in RATIOS if not ratio.least and figures.ratio(ratio)]


def write(document, figures, directory):
    minutes = document["seconds"] / 60
    parts = [f"{document['date'][:10]}, {document['rounds']} rounds, {minutes:.0f} minutes. {document['machine']}.\n"]
    if document["settings"]:
        parts.append(f"Settings: {', '.join(document['settings'])}\n")
    parts += [f"Failed: {failure['section']}, round {failure['round']}: {failure['failure']}\n"
              for failure in document["failures"]]
    parts.append(targets(figures) + "".join("| " + " | ".join(row) + " |\n" for row in others(figures)))
    parts.append(table(["", "median", "least – most"], [
        [title, f"{report.number(figures.summary(name).median)} {figures.units[name]}".replace(" /s", "/s"),
         report.spread(figures.summary(name))] for name, title in report.rows(figures)]))
    if report.spent(figures):
        parts.append(table(["processor time, µs", *(title for _, title in report.PARTS), "together"],
                           [[title, *cells] for title, cells in report.spent(figures)]))
    if report.costs(figures):
        parts.append(table(["", *(f"{title}, {unit}" for _, title, unit in report.COSTS)],
                           [[process, *cells] for process, cells in report.costs(figures)]))
    with open(os.path.join(directory, "report.md"), "w") as file:
        file.write("\n".join(parts))
