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
import markdown
import report
import soak
import sweep
from figures import RATIOS, Figures, Summary, percentile
from run import Run, Sizes

KEPT = {"placing": 2.0, "relay": 0.6, "consuming": 2.0, "hot": 3.0, "saga": 0.3}


class FakeRun:
    """Measures what it is told: a list of ratios for each round."""

    def __init__(self, rounds, **ratios):
        self.figures, self.sizes, self.ratios = Figures(), Sizes(rounds=rounds), {**KEPT, **ratios}
        self.measured, self.failures, self.others = [], [], []

    def measure(self, names, rounds=None):
        for self.figures.round in rounds or range(self.sizes.rounds):
            for ratio in RATIOS:
                if guard.SECTION.get(ratio.name, ratio.name) in names and ratio.name in self.ratios:
                    value = self.ratios[ratio.name]
                    self.figures.add(ratio.over, 1000 * (value[self.figures.round] if isinstance(value, list) else value))
                    self.figures.add(ratio.under, 1000)
                    self.measured.append(ratio.name)


class GuardTests(unittest.TestCase):
    def watch(self, run, kept=KEPT, keeping=False):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "baseline.json")
            with open(path, "w") as file:
                json.dump({"ratios": kept}, file)
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as errors:
                status = guard.watch(run, keeping, path)
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

    def test_keeping_writes_what_is_a_little_below_the_ratios_of_today(self):
        status, _, kept = self.watch(FakeRun(3, saga=0.5), keeping=True)
        self.assertEqual((status, kept["saga"]), (0, 0.475))

    def test_a_section_that_fails_in_every_round_fails_the_guard(self):
        run = FakeRun(3)
        del run.ratios["saga"]
        status, errors, _ = self.watch(run)
        self.assertEqual(status, 1)
        self.assertIn("saga", errors)


class FigureTests(unittest.TestCase):
    def test_a_ratio_is_made_within_each_round(self):
        figures = Figures()
        for figures.round, (placed, limit) in enumerate(((200, 100), (20, 10), (90, 30))):
            figures.add("placing", placed)
            figures.add("limit", limit)
        self.assertEqual(figures.ratio(RATIOS[0]), Summary(2, 2, 3))

    def test_a_round_in_which_one_of_the_two_failed_makes_no_ratio(self):
        figures = Figures()
        for figures.round, (placed, limit) in enumerate(((200, 100), (None, 1000), (90, 30))):
            figures.add("limit", limit)
            if placed:
                figures.add("placing", placed)
        self.assertEqual(figures.ratio(RATIOS[0]), Summary(2.5, 2, 3))
        self.assertIsNone(figures.ratio(RATIOS[1]))

    def test_percentiles_are_values_that_occurred(self):
        values = list(range(1, 1001))
        self.assertEqual([percentile(values, share) for share in (0.5, 0.99, 0.999, 1)], [500, 990, 999, 1000])

    def test_targets_are_reached_at_the_bound(self):
        figures = Figures()
        figures.add("placing.p99", 40, "ms")
        figures.add("ready.most", 201, "ms")
        self.assertEqual([target.met for target in figures.targets()], [True, False])


class SoakTests(unittest.TestCase):
    def test_what_rises_steadily_grows_and_what_settles_does_not(self):
        rising = [(at, at / 60) for at in range(0, 3600, 10)]
        settled = [(at, min(at, 600) / 60) for at in range(0, 3600, 10)]
        rows = soak.growth({("memory", "leaking"): rising, ("memory", "settled"): settled})
        self.assertEqual([row[0] for row in soak.grown(rows)], ["leaking"])

    def test_what_a_server_caches_is_told_and_not_judged(self):
        rows = soak.growth({(soak.SERVERS, "rabbitmq"): [(at, at) for at in range(0, 3600, 10)]})
        self.assertEqual(soak.grown(rows), [])
        self.assertIn("not judged", soak.tell(rows, {"201": 10}, {"order-api": 0.01}, 20, 3600))

    def test_orders_that_were_not_taken_are_counted(self):
        self.assertEqual(soak.refused({"201": 98, "503": 2}), 1 - 0.98)
        self.assertEqual(soak.refused({"201": 98}), 0)


class FakeShop:
    def stop_all(self):
        self.stopped = True


class FakeOthers:
    def __init__(self):
        self.shares = iter([0.1, 0.9, 0.2] * 9)

    def cores(self):
        return next(self.shares)


class QuietRun(Run):
    """Runs without servers, beside others that are told."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.fake = FakeOthers()

    def watch_others(self):
        return self.fake


class RunTests(unittest.TestCase):
    def run_sections(self, sizes, after=lambda: None, **sections):
        run = QuietRun(FakeShop(), sections, sizes, "/nowhere")
        with contextlib.redirect_stdout(io.StringIO()):
            run.measure(list(sections), after=after)
        return run

    def test_a_section_that_fails_costs_none_of_the_others(self):
        def good(run):
            run.figures.add("limit", 100)

        def bad(run):
            run.figures.add("placing", 150)
            if run.figures.round == 1:
                raise RuntimeError("the machine is on fire")
        run = self.run_sections(Sizes(rounds=3), relay=bad, limit=good)
        self.assertEqual(run.failures, [("relay", 1, "the machine is on fire")])
        self.assertEqual(len(run.figures.values("limit")), 3)
        self.assertTrue(run.shop.stopped, "what it had started is ended")

    def test_what_takes_minutes_has_fewer_rounds(self):
        def section(name):
            return lambda run: run.figures.add(name, 1)
        run = self.run_sections(Sizes(rounds=3, saga_rounds=1, growth_rounds=2), limit=section("limit"),
                                saga=section("saga"), growth=section("growth"))
        self.assertEqual({name: len(run.figures.values(name)) for name in run.figures.names()},
                         {"limit": 3, "saga": 1, "growth": 2})

    def test_the_section_that_had_least_of_the_machine_is_named(self):
        run = self.run_sections(Sizes(rounds=1), limit=lambda run: None, relay=lambda run: None, slow=lambda run: None)
        self.assertEqual(run.most_disturbed(), ("relay", 0, 0.9))

    def test_each_section_leaves_the_report_as_far_as_it_is(self):
        with tempfile.TemporaryDirectory() as directory:
            kept = []

            def after():
                report.save(run, directory, ["A=1"])
                with open(os.path.join(directory, "report.json")) as file:
                    kept.append(json.load(file))

            def first(run):
                run.figures.add("limit", 100)
                run.figures.add("placing", 120)

            def second(run):
                raise OSError("no more disk")
            run = QuietRun(FakeShop(), {"limit": first, "relay": second}, Sizes(rounds=1), "/nowhere")
            with contextlib.redirect_stdout(io.StringIO()) as shown:
                run.measure(["limit", "relay"], after=after)
                report.write(run, directory, ["A=1"])
            self.assertEqual([len(document["failures"]) for document in kept], [0, 1])
            found = kept[0]["targets"][0]
            self.assertEqual((found["median"], found["least"], found["most"], found["met"]), (1.2, 1.2, 1.2, False))
            self.assertEqual(kept[0]["settings"], ["A=1"])
            self.assertIn("✗ missed", shown.getvalue())
            self.assertIn("0 of 1 targets met", shown.getvalue())
            self.assertIn("relay failed in round 1", shown.getvalue())
            with open(os.path.join(directory, "report.md")) as file:
                self.assertEqual(list(markdown.blocks(file.read())), ["run", "targets", "figures"])
            for name in ("report.html", "report.md"):
                with open(os.path.join(directory, name)) as file:
                    text = file.read()
                self.assertIn("missed", text)
                self.assertIn("no more disk", text)
                self.assertNotRegex(text.replace("http://www.w3.org/2000/svg", ""), r"https?://|src=|<script|<link",
                                    "the page needs nothing from elsewhere")


class PublishTests(unittest.TestCase):
    def test_measured_blocks_take_the_place_of_those_of_the_page(self):
        page = "# P\n" + markdown.block("run", "old\n") + "between\n" + markdown.block("soak", "an hour\n")
        new = markdown.blocks(markdown.block("run", "new\n") + markdown.block("cost", "no place\n"))
        self.assertEqual(markdown.replaced(page, new),
                         "# P\n" + markdown.block("run", "new\n") + "between\n" + markdown.block("soak", "an hour\n"))

    def test_publishing_changes_the_page_and_brings_the_pictures(self):
        with tempfile.TemporaryDirectory() as project, tempfile.TemporaryDirectory() as reports:
            os.makedirs(os.path.join(project, "docs", "images"))
            for path, text in ((os.path.join(project, "docs", "performance.md"), markdown.block("targets", "old\n")),
                               (os.path.join(reports, "report.md"), markdown.block("targets", "1.5\n")),
                               (os.path.join(reports, "ratios.svg"), "<svg/>")):
                with open(path, "w") as file:
                    file.write(text)
            with contextlib.redirect_stdout(io.StringIO()) as said:
                markdown.publish(reports, project)
            with open(os.path.join(project, "docs", "performance.md")) as file:
                self.assertIn("1.5", file.read())
            self.assertTrue(os.path.exists(os.path.join(project, "docs", "images", "ratios.svg")))
            self.assertIn("targets: put in", said.getvalue())


class SweepTests(unittest.TestCase):
    def test_a_setting_is_shown_by_the_section_it_belongs_to(self):
        self.assertEqual(sweep.sections_for("RELAY_BATCH_SIZE", []), ["relay"])
        self.assertEqual(sweep.sections_for("DATABASE_POOL_SIZE", ["placing"]), ["placing"])
        with self.assertRaises(RuntimeError):
            sweep.sections_for("DATABASE_POOL_SIZE", [])

    def test_each_value_has_a_line_with_what_a_message_costs(self):
        figures = {}
        for value, cost in (("1", 300), ("500", 20)):
            figures[value] = Figures()
            figures[value].add("relay", 1e6 / cost)
            for part in ("shop", "postgres", "rabbitmq"):
                figures[value].add(f"relay.cpu.{part}", cost / 4, "µs")
        lines = sweep.tell("RELAY_BATCH_SIZE", figures, ["relay"]).strip().splitlines()
        self.assertEqual(len(lines), 4)
        self.assertTrue(lines[2].startswith("| 1 | relay | 3,333"))
        self.assertIn("| 15.0 |", lines[3], "5 µs for each of three parts")


class PictureTests(unittest.TestCase):
    def test_stacks_are_counted_from_the_outermost_frame(self):
        script = "order-api\n\t7f00 inner\n\t7f01 outer\n\norder-api\n\t7f00 inner\n\t7f01 outer\n\n"
        self.assertEqual(flame.collapse(script), {("order-api", "outer", "inner"): 2})

    def test_frames_without_a_name_are_one(self):
        script = "order-api\n\t7f00 inner\n\t7f01 [unknown]\n\t7f02 [unknown]\n\t7f03 outer\n"
        self.assertEqual(flame.collapse(script), {("order-api", "outer", "[unknown]", "inner"): 1})

    def test_a_bar_beyond_the_edge_ends_there_and_leaves_room_for_the_others(self):
        rows = [chart.Bar("long", Summary(50, 40, 60), ""), chart.Bar("usual", Summary(1, 1, 1), "")]
        drawn = ElementTree.fromstring(chart.bars("t", rows, mark=1, edge=2))
        drawn_bars = [bar for bar in drawn.iter("{http://www.w3.org/2000/svg}rect") if bar.get("class") == "bar"]
        room = chart.WIDTH - chart.LABEL - chart.VALUE
        self.assertEqual([float(bar.get("width")) for bar in drawn_bars], [room, room / 2])

    def test_pictures_are_well_formed_whatever_the_names(self):
        bars = [chart.Bar("a < b & c", Summary(2, 1, 3), "2 \"x\"")]
        for picture in (chart.bars("t", bars, mark=1), flame.draw("t", {("a<b>", "c & d"): 3, ("a<b>",): 1})):
            ElementTree.fromstring(picture)


if __name__ == "__main__":
    unittest.main()
