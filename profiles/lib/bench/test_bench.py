"""What the bench makes of its measurements. python3 -m unittest discover -s profiles/lib/bench"""

import contextlib
import io
import json
import os
import tempfile
import unittest
from xml.etree import ElementTree

import chart
import flame
import guard
import soak
from figures import RATIOS, Figures, Summary, percentile

KEPT = {"placing": 2.0, "relay": 0.6, "consuming": 2.0, "hot": 3.0, "saga": 0.3}


class FakeRun:
    """Measures what it is told: a list of ratios for each round."""

    def __init__(self, rounds, **ratios):
        self.figures, self.sizes, self.ratios = Figures(), type("Sizes", (), {"rounds": rounds})(), {**KEPT, **ratios}
        self.measured = []

    def measure(self, names, rounds=None):
        for number in rounds or range(self.sizes.rounds):
            for ratio in RATIOS:
                if guard.SECTION.get(ratio.name, ratio.name) in names and ratio.quick:
                    value = self.ratios[ratio.name]
                    self.figures.add(ratio.over, 1000 * (value[number] if isinstance(value, list) else value))
                    self.figures.values[ratio.under] = [1000] * len(self.figures.values[ratio.over])
                    self.measured.append(ratio.name)


class GuardTests(unittest.TestCase):
    def watch(self, run, kept=KEPT, keeping=False):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "baseline.json")
            guard.keep(kept, "a machine", path)
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as errors:
                status = guard.watch(run, {}, keeping, path)
            return status, errors.getvalue(), guard.read(path)

    def test_what_is_as_fast_as_kept_passes(self):
        self.assertEqual(self.watch(FakeRun(3))[0], 0)

    def test_a_fifth_less_is_noise_and_more_than_a_fifth_is_not(self):
        self.assertEqual(self.watch(FakeRun(3, saga=0.241))[0], 0)
        self.assertEqual(self.watch(FakeRun(3, saga=0.239))[0], 1)

    def test_a_doctored_baseline_fails_and_says_which(self):
        status, errors, _ = self.watch(FakeRun(3), kept={**KEPT, "relay": 0.9})
        self.assertEqual(status, 1)
        self.assertIn("relay", errors)
        self.assertNotIn("saga", errors)

    def test_a_disturbed_round_is_outvoted_by_more_rounds(self):
        run = FakeRun(3, hot=[1.0, 1.0, 3.0, 3.0, 3.0, 3.0, 3.0])
        self.assertEqual(self.watch(run)[0], 0)
        self.assertEqual(run.measured.count("hot"), 7)
        self.assertEqual(run.measured.count("saga"), 3, "what has not fallen is not measured again")

    def test_a_lasting_loss_stays_one_however_often_it_is_measured(self):
        self.assertEqual(self.watch(FakeRun(3, hot=[3.0, 1.0, 1.0, 1.0, 3.0, 1.0, 1.0]))[0], 1)

    def test_a_ratio_that_is_kept_and_no_longer_measured_fails(self):
        self.assertEqual(self.watch(FakeRun(3), kept={**KEPT, "forgotten": 1.0})[0], 1)

    def test_keeping_writes_the_ratios_of_today(self):
        status, _, kept = self.watch(FakeRun(3, saga=0.5), keeping=True)
        self.assertEqual((status, kept["saga"]), (0, 0.5))


class FigureTests(unittest.TestCase):
    def test_a_ratio_is_made_within_each_round(self):
        figures = Figures()
        for placed, limit in ((200, 100), (20, 10), (90, 30)):
            figures.add("placing", placed)
            figures.add("limit", limit)
        self.assertEqual(figures.ratio(RATIOS[0]), Summary(2, 2, 3))

    def test_percentiles_are_values_that_occurred(self):
        values = list(range(1, 1001))
        self.assertEqual([percentile(values, share) for share in (0.5, 0.99, 0.999, 1)], [500, 990, 999, 1000])

    def test_targets_are_reached_at_the_bound(self):
        figures = Figures()
        figures.add("placing.p99", 40, "ms")
        figures.add("ready.most", 201, "ms")
        self.assertEqual([line[-1] for line in figures.targets()], [True, False])


class SoakTests(unittest.TestCase):
    def test_what_rises_steadily_grows_and_what_settles_does_not(self):
        rising = [(at, at / 60) for at in range(0, 3600, 10)]
        settled = [(at, min(at, 600) / 60) for at in range(0, 3600, 10)]
        rows = soak.growth({("memory", "leaking"): rising, ("memory", "settled"): settled})
        self.assertEqual([row[0] for row in soak.grown(rows)], ["leaking"])


class PictureTests(unittest.TestCase):
    def test_stacks_are_counted_from_the_outermost_frame(self):
        script = "order-api\n\t7f00 inner\n\t7f01 outer\n\norder-api\n\t7f00 inner\n\t7f01 outer\n\n"
        self.assertEqual(flame.collapse(script), {("order-api", "outer", "inner"): 2})

    def test_pictures_are_well_formed_whatever_the_names(self):
        bars = [chart.Bar("a < b & c", Summary(2, 1, 3), "2 \"x\"")]
        for picture in (chart.bars("t", bars, mark=1), flame.draw("t", {("a<b>", "c & d"): 3, ("a<b>",): 1})):
            ElementTree.fromstring(picture)


if __name__ == "__main__":
    unittest.main()
