"""Where the time goes: samples of one process under load, as a flame graph."""

import os
import re
import subprocess
from html import escape

import load
import report
from shop import PRODUCTS

KINDS = ["placing", "relay", "consuming"]
# What is narrower than LEAST pixels is left out: a picture of 100 kB shows the same as one of a megabyte.
WIDTH, ROW, LEAST, LONGEST, DEEPEST = 1200, 17, 2.0, 110, 40


def collapse(script):
    """Counts of stacks, outermost frame first, from the output of `perf script -F comm,ip,sym`."""
    stacks = {}
    for sample in script.strip().split("\n\n"):
        lines = sample.splitlines()
        frames = [re.sub(r"^\s*[0-9a-f]+ ", "", line).strip() for line in reversed(lines[1:])]
        # Libraries without symbols: how many frames of theirs there are tells nothing.
        frames = [frame for above, frame in zip(["", *frames], frames) if not frame == above == "[unknown]"]
        stack = (lines[0].strip(), *frames[:DEEPEST])
        stacks[stack] = stacks.get(stack, 0) + 1
    return stacks


def tree(stacks):
    """Nested {name: [count, children]}."""
    root = {}
    for stack, count in stacks.items():
        level = root
        for frame in stack:
            node = level.setdefault(frame, [0, {}])
            node[0] += count
            level = node[1]
    return root


def depth(level):
    return 1 + max((depth(children) for _, children in level.values()), default=0) if level else 0


def colour(name):
    """Warm, and the same for the same name."""
    mixed = sum(ord(letter) * (index + 1) for index, letter in enumerate(name))
    return f"hsl({20 + mixed % 35} 80% {68 + mixed % 12}%)"


def draw(title, stacks):
    """A flame graph: the root at the bottom, as wide as its share of the samples; hover for the whole name."""
    root, total = tree(stacks), sum(stacks.values())
    height = (depth(root) + 3) * ROW
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
             f'aria-label="{escape(title)}"><style>text {{ font: 11px monospace; fill: #000; pointer-events: none; }}</style>'
             f'<rect width="{WIDTH}" height="{height}" fill="#fffdf5"/>'
             f'<text x="8" y="16" style="font-weight:600">{escape(title)}: {total} samples</text>']

    def put(level, left, row):
        for name, (count, children) in sorted(level.items()):
            width = WIDTH * count / total
            if width >= LEAST:
                y = height - (row + 1) * ROW - 4
                shown = name if len(name) * 6.7 < width - 4 else name[:max(0, int((width - 10) / 6.7))]
                parts.append(f'<rect x="{left:.1f}" y="{y}" width="{width - 0.3:.1f}" height="{ROW - 1}" '
                             f'fill="{colour(name)}"><title>{escape(name[:LONGEST])}, {count / total:.1%}</title></rect>')
                if len(shown) > 2:
                    parts.append(f'<text x="{left + 3:.1f}" y="{y + 12}">{escape(shown)}</text>')
                put(children, left, row + 1)
            left += width
    put(root, 0, 0)
    return "\n".join(parts) + "\n</svg>\n"


def record(pid, seconds, directory):
    """The processor's clock is sampled: virtual machines seldom lend their counters."""
    data = os.path.join(directory, "perf.data")
    subprocess.run(["perf", "record", "-q", "-e", "cpu-clock", "-F", "499", "--call-graph", "dwarf,16384", "-p", str(pid),
                    "-o", data, "--", "sleep", str(seconds)], check=True, stderr=subprocess.DEVNULL)
    script = subprocess.run(["perf", "script", "-i", data, "-F", "comm,ip,sym"], check=True, capture_output=True, text=True,
                            errors="replace").stdout
    os.unlink(data)
    demangled = subprocess.run(["swift", "demangle", "--simplified"], input=script, capture_output=True, text=True)
    return demangled.stdout if demangled.returncode == 0 else script


def flame(run, kinds, directory):
    for kind in KINDS if kinds == "all" else kinds.split(","):
        draw_one(run, kind, directory)
    return 0


def draw_one(run, kind, directory):
    shop, seconds = run.shop, 5
    shop.empty()
    run.say(f"sampling {kind}")
    if kind == "placing":
        process = shop.start("order-api")
        client = subprocess.Popen(["wrk", "-t1", f"-c{load.CONNECTIONS}", f"-d{seconds + 2}s", "-s",
                                   f"{shop.load}/orders.lua", process.url], stdout=subprocess.DEVNULL)
    elif kind == "relay":
        shop.sql("order", file="backlog.sql", messages=200_000)
        process, client = shop.start("order-worker"), None
    elif kind == "consuming":
        load.publish(shop, 200_000, PRODUCTS, "", "stock.order-created")
        process, client = shop.start("stock-worker"), None
    try:
        stacks = collapse(record(process.pid, seconds, shop.run_dir))
    finally:
        if client:
            client.wait()
        shop.stop(process)
    path = os.path.join(directory, f"flame-{kind}.svg")
    with open(path, "w") as file:
        file.write(draw(f"{process.name}, {kind}", stacks))
    report.progress()
    print(f"  {path}, {os.path.getsize(path) // 1000} kB")
