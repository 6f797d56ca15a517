"""What a setting does: the same section with one value after the other, in turns, and what a message costs with each."""

import json
import os

import markdown
from figures import Figures
from report import number, spread

# Which section shows a setting, by how its name begins. Others are named with --only.
SHOWN_BY = {"RELAY_": "relay", "CONSUMER_": "consuming", "PLACING_": "placing"}
# The figures that a section leaves with their cost.
FIGURES = {"relay": ["relay"], "consuming": ["consuming", "hot"], "placing": ["placing"], "slow": ["slow.placing"],
           "saga": ["saga"], "steady": []}


def sections_for(setting, only):
    """The sections to run: those that were named, or the one that the setting belongs to."""
    if only:
        return only
    for beginning, section in SHOWN_BY.items():
        if setting.startswith(beginning):
            return [section]
    raise RuntimeError(f"which section shows {setting}? --only names it: {', '.join(FIGURES)}")


def sweep(run, wanted, only, directory):
    setting, values = wanted.split("=", 1)
    values = values.split(",")
    sections = sections_for(setting, only)
    figures = {value: Figures() for value in values}
    settings = dict(run.shop.settings)
    rounds, run.yardsticks = run.sizes.rounds, False
    for number_of_round in range(rounds):
        for value in values:
            run.figures, run.shop.settings = figures[value], {**settings, setting: value}
            run.label = f"{setting}={value}, "
            run.measure(sections, range(number_of_round, number_of_round + 1))
    table = tell(setting, figures, sections)
    print(f"\n{table}")
    with open(os.path.join(directory, f"sweep-{setting}.md"), "w") as file:
        file.write(markdown.block(f"sweep-{setting}", table))
    with open(os.path.join(directory, f"sweep-{setting}.json"), "w") as file:
        json.dump({value: of_value.by_round for value, of_value in figures.items()}, file, indent=2)
    return 1 if run.failures else 0


def tell(setting, figures, sections):
    """A Markdown table: a row a value and figure."""
    lines = [f"| {setting} | | a second | shop, µs each | PostgreSQL | RabbitMQ | together | p50, p99 ms |",
             "|---|---|---|---|---|---|---|---|"]
    for name in [name for section in sections for name in FIGURES.get(section, [])]:
        for value, of_value in figures.items():
            if name not in of_value:
                continue
            parts = [of_value.summary(f"{name}.cpu.{part}").median for part in ("shop", "postgres", "rabbitmq")]
            late = [number(of_value.summary(f"{name}.{label}").median) for label in ("p50", "p99")
                    if f"{name}.{label}" in of_value]
            summary = of_value.summary(name)
            cells = [value, name, f"{number(summary.median)} ({spread(summary)})",
                     *(number(part) for part in [*parts, sum(parts)]), ", ".join(late) or "–"]
            lines.append("| " + " | ".join(cells) + " |")
    for rate in (200, 500):
        for value, of_value in figures.items():
            name = f"steady.{rate}"
            if f"{name}.p50" in of_value:
                late = ", ".join(number(of_value.summary(f"{name}.{label}").median) for label in ("p50", "p99"))
                lines.append(f"| {value} | {name} | | | | | | {late} |")
    return "\n".join(lines) + "\n"
