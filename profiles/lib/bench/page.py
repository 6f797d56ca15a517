"""The report as one page with its charts inside, and the chart of the ratios as a picture of its own."""

import os
from html import escape

import chart
import report
from figures import RATIOS, Summary

HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Tradewind: measured</title><style>
:root { color-scheme: light dark; } body { font: 15px/1.5 system-ui, sans-serif; max-width: 800px; margin: 2rem auto;
padding: 0 1rem; } svg { max-width: 100%; height: auto; margin: 1rem 0; } table { border-collapse: collapse; width: 100%; }
td, th { padding: .2rem .6rem; border-bottom: 1px solid #8886; text-align: left; } td.n, th.n { text-align: right;
font-variant-numeric: tabular-nums; } .missed { font-weight: 600; }</style>"""


def ratio_chart(figures):
    """Each ratio as a multiple of its target, so that one line marks them all."""
    rows = []
    for ratio in RATIOS:
        summary = figures.ratio(ratio)
        if summary and ratio.least:
            shares = Summary(*(value / ratio.least for value in (summary.median, summary.least, summary.most)))
            rows.append(chart.Bar(ratio.title.replace("pgbench, one ", "pgbench, "), shares,
                                  f"{summary.median:.2f}, target {ratio.least:g}",
                                  "bar" if shares.median >= 1 else "short"))
    return rows and chart.bars("Ratios within one run, as multiples of their targets", rows,
                               "Dashed: the target. Bars are medians, whiskers the least and the most of all rounds.",
                               mark=1, edge=3)


def rate_chart(figures):
    rows = []
    for name, title in report.ROWS:
        if name in figures and figures.units[name] == "/s" and not name.startswith("grown."):
            summary = figures.summary(name)
            kind = "yardstick" if name in ("limit", "raw", "taking", "hot.taking", "slow.limit") else "bar"
            rows.append(chart.Bar(title, summary, f"{report.number(summary.median)}/s", kind))
    return rows and chart.bars("A second, beside the yardstick of each (grey)", rows)


def latency_chart(figures):
    rows = []
    for rate in (200, 500):
        for label in ("p50", "p99", "p99.9"):
            name = f"steady.{rate}.{label}"
            if name in figures:
                summary = figures.summary(name)
                rows.append(chart.Bar(f"{rate} orders/s, {label}", summary, f"{report.number(summary.median)} ms"))
    return rows and chart.bars("From request to Confirmed, counted from when it was meant to be sent", rows)


def memory_chart(figures):
    rows = []
    for kind, colour in (("idle", "yardstick"), ("peak", "bar")):
        for name in figures.names():
            if name.startswith(f"{kind}.memory.") and not name.endswith(".most"):
                summary = figures.summary(name)
                rows.append(chart.Bar(f"{name.rsplit('.', 1)[1]}, {kind}", summary, f"{summary.median:.0f} MB", colour))
    return rows and chart.bars("Resident memory, idle (grey) and at the peak", rows)


def table(heads, rows):
    def line(tag, cells):
        cells = [f'<{tag}{"" if index == 0 else " class=n"}>{escape(str(cell))}</{tag}>' for index, cell in enumerate(cells)]
        return f"<tr{' class=missed' if '<td class=n>missed</td>' in cells else ''}>{''.join(cells)}</tr>"
    return "<table>" + line("th", heads) + "".join(line("td", row) for row in rows) + "</table>"


def write(document, figures, directory):
    ratios = ratio_chart(figures)
    if ratios:
        with open(os.path.join(directory, "ratios.svg"), "w") as file:
            file.write(ratios)
    parts = [HEAD, f"<h1>Tradewind: measured</h1><p>{escape(document['date'])}, {document['rounds']} rounds, "
                   f"{document['seconds']} s. {escape(document['machine'])}.</p>"]
    if document["settings"]:
        parts.append(f"<p>Settings: {escape(', '.join(document['settings']))}</p>")
    parts += [picture for picture in (ratios, rate_chart(figures), latency_chart(figures), memory_chart(figures)) if picture]
    parts += [f"<p class=missed>{escape(failure['section'])} failed in round {failure['round']}: "
              f"{escape(failure['failure'])}</p>" for failure in document["failures"]]
    parts.append("<h2>Targets</h2>" + table(
        ["", "target", "median", "least", "most", ""],
        [[target.title, f"{target.bound} {target.unit}", report.number(target.summary.median),
          report.number(target.summary.least), report.number(target.summary.most),
          "met" if target.met else "missed"] for target in figures.targets()]))
    parts.append("<h2>All figures</h2>" + table(
        ["", "", "median", "least", "most"],
        [[title, figures.units[name], *(report.number(value) for value in vars(figures.summary(name)).values())]
         for name, title in report.rows(figures)]))
    if report.spent(figures):
        parts.append("<h2>Processor time, µs</h2>" + table(["", *(title for _, title in report.PARTS), "together"],
                                                           [[title, *cells] for title, cells in report.spent(figures)]))
    if report.costs(figures):
        parts.append("<h2>Cost</h2>" + table([""] + [f"{title}, {unit}" for _, title, unit in report.COSTS],
                                             [[process, *cells] for process, cells in report.costs(figures)]))
    with open(os.path.join(directory, "report.html"), "w") as file:
        file.write("\n".join(parts) + "</html>\n")
