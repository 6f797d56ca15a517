"""The report as Markdown, in blocks that `profiles/bench --publish` puts in the place of those of docs/performance.md."""

import glob
import os
import re
import shutil

import report
from figures import RATIOS

BLOCK = re.compile(r"<!-- measured: (?P<name>\S+) -->\n(?P<text>.*?)<!-- end -->\n", re.S)


def block(name, text):
    return f"<!-- measured: {name} -->\n{text}<!-- end -->\n"


def blocks(text):
    return {match["name"]: match[0] for match in BLOCK.finditer(text)}


def replaced(page, new):
    """`page` with those of its blocks that are in `new`; what the page has no place for is left out."""
    return BLOCK.sub(lambda match: new.get(match["name"], match[0]), page)


def table(heads, rows):
    """The first column is text, the others are figures."""
    lines = [heads, ["---"] + ["--:"] * (len(heads) - 1), *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)


def targets(figures):
    """Those with a target, then the ratios without."""
    rows = [[target.title, f"{target.bound} {target.unit}".strip(), f"**{report.number(target.summary.median)}**",
             report.spread(target.summary), "met" if target.met else "**missed**"] for target in figures.targets()]
    rows += [[ratio.title, "", f"{figures.ratio(ratio).median:.2f}", report.spread(figures.ratio(ratio)), ""]
             for ratio in RATIOS if not ratio.least and figures.ratio(ratio)]
    return table(["", "target", "median", "least – most", ""], rows)


def told(document):
    """What, when, on what, and what failed."""
    rounds = f"{document['rounds']} round{'s' if document['rounds'] > 1 else ''}"
    lines = [f"{document['date'][:10]}, {rounds}, {document['seconds'] / 60:.0f} minutes in all. {document['machine']}."]
    if document["others"]:
        most = max(document["others"], key=lambda other: other["cores"])
        lines[0] += f" Others had {most['cores']:.2f} cores at most meanwhile, in {most['section']}."
    if document["settings"]:
        lines.append(f"Settings: {', '.join(document['settings'])}.")
    lines += [f"Failed: {failure['section']}, round {failure['round']}: {failure['failure']}"
              for failure in document["failures"]]
    return "\n\n".join(lines) + "\n"


def write(document, figures, directory):
    parts = [block("run", told(document)), block("targets", targets(figures))]
    parts.append(block("figures", table(["", "median", "least – most"], [
        [title, f"{report.number(figures.summary(name).median)} {figures.units[name]}".replace(" /s", "/s"),
         report.spread(figures.summary(name))] for name, title in report.rows(figures)])))
    if report.spent(figures):
        parts.append(block("processor", table(["processor time, µs", *(title for _, title in report.PARTS), "together"],
                                              [[title, *cells] for title, cells in report.spent(figures)])))
    if report.costs(figures):
        parts.append(block("cost", table(["", *(f"{title}, {unit}" for _, title, unit in report.COSTS)],
                                         [[process, *cells] for process, cells in report.costs(figures)])))
    with open(os.path.join(directory, "report.md"), "w") as file:
        file.write("\n".join(parts))


def publish(directory, project):
    """Puts the last report, soak and sweeps into docs/performance.md, and the chart beside it."""
    page = os.path.join(project, "docs", "performance.md")
    new = {}
    for path in glob.glob(os.path.join(directory, "*.md")):
        with open(path) as file:
            new.update(blocks(file.read()))
    with open(page) as file:
        text = file.read()
    for name in sorted(set(blocks(text)) | set(new)):
        where = "no place for it" if name not in blocks(text) else "put in" if name in new else "not measured, as it was"
        print(f"  {name}: {where}")
    with open(page, "w") as file:
        file.write(replaced(text, new))
    for name in ("ratios.svg", *(f"flame-{kind}.svg" for kind in ("placing", "relay", "consuming"))):
        if os.path.exists(os.path.join(directory, name)):
            shutil.copy(os.path.join(directory, name), os.path.join(project, "docs", "images", name))
            print(f"  docs/images/{name}")
