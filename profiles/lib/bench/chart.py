"""Bar charts as SVG, readable on light and on dark paper, without scripts."""

from xml.sax.saxutils import escape

WIDTH, ROW, LABEL, VALUE, TOP = 860, 26, 360, 140, 40
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; } .title { font-weight: 600; font-size: 15px; }
  .dim { fill: #59636e; } .bar { fill: #0969da; } .yardstick { fill: #afb8c1; } .short { fill: #bc4c00; }
  line { stroke: #1f2328; } .grid { stroke: #d1d9e0; } .gap { fill: #fff; } .target { stroke: #1f2328; stroke-dasharray: 4 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .dim { fill: #9198a1; } .bar { fill: #4493f8; } .yardstick { fill: #656c76; }
    .short { fill: #f0883e; } line { stroke: #f0f6fc; } .grid { stroke: #3d444d; } .gap { fill: #0d1117; }
    .target { stroke: #f0f6fc; } }
"""


class Bar:
    """A row: `least` and `most` are drawn as a whisker, `text` stands at its end."""

    def __init__(self, label, summary, text, kind="bar"):
        self.label, self.summary, self.text, self.kind = label, summary, text, kind


def bars(title, rows, note="", mark=None, edge=None):
    """Horizontal bars from zero.

    `mark` is a value that is drawn as a line through all of them. What is beyond `edge` ends there with a gap, so that one
    long bar leaves room for the others.
    """
    height = TOP + ROW * len(rows) + (24 if note else 8)
    most = max([row.summary.most for row in rows] + [mark or 0]) or 1
    if edge and most > edge:
        most = edge
    room = WIDTH - LABEL - VALUE

    def x(value):
        return LABEL + room * min(value, most) / most

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
             f'role="img" aria-label="{escape(title)}"><style>{STYLE}</style>',
             f'<text class="title" x="0" y="18">{escape(title)}</text>',
             f'<line class="grid" x1="{LABEL}" x2="{LABEL}" y1="{TOP - 8}" y2="{TOP + ROW * len(rows)}"/>']
    for index, row in enumerate(rows):
        middle = TOP + ROW * index + ROW / 2 - 4
        parts.append(f'<text x="{LABEL - 8}" y="{middle + 4}" text-anchor="end">{escape(row.label)}</text>')
        parts.append(f'<rect class="{row.kind}" x="{LABEL}" y="{middle - 8}" height="16" rx="2" '
                     f'width="{max(1, x(row.summary.median) - LABEL):.1f}"/>')
        if row.summary.most > row.summary.least:
            low, high = x(row.summary.least), x(row.summary.most)
            parts.append(f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}"/>')
            parts += [f'<line x1="{end:.1f}" x2="{end:.1f}" y1="{middle - 4}" y2="{middle + 4}"/>' for end in (low, high)]
        if row.summary.median > most:
            parts.append(f'<rect class="gap" x="{LABEL + room - 18}" y="{middle - 9}" width="5" height="18"/>')
        parts.append(f'<text class="dim" x="{WIDTH}" y="{middle + 4}" text-anchor="end">{escape(row.text)}</text>')
    if mark is not None:
        parts.append(f'<line class="target" x1="{x(mark):.1f}" x2="{x(mark):.1f}" y1="{TOP - 10}" '
                     f'y2="{TOP + ROW * len(rows)}"/>')
    if note:
        parts.append(f'<text class="dim" x="0" y="{height - 6}">{escape(note)}</text>')
    return "\n".join(parts) + "\n</svg>\n"
