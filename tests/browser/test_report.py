"""Opens the pages of `lambench report` in headless Chromium, as a reader does: with and without scripts, light and dark, on a
telephone, on paper, in Korean.

Chromium is the one on the PATH (or LAMBENCH_CHROMIUM), else Debian's is installed; Playwright drives it and is installed into
LAMBENCH_TEST_TOOLS (default: target/test-tools). Where either can't be had the tests fail.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import venv
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = pathlib.Path(os.environ.get("LAMBENCH_TEST_TOOLS", ROOT / "target/test-tools"))
PLAYWRIGHT = TOOLS / f"playwright-{sys.version_info.major}.{sys.version_info.minor}"
LAMBENCH = os.environ.get("LAMBENCH_BIN", ROOT / "target/debug/lambench")
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
EVIL = "</title></script><script>document.title='owned'</script><img src=\"http://localhost:9/x\" onerror=\"alert(1)\">'\"&"

folder = None
driver = None
browser = None


def setUpModule():
    global folder, driver, browser
    if not (PLAYWRIGHT / "installed").exists():
        venv.create(PLAYWRIGHT, clear=True, with_pip=True)
        pip = [PLAYWRIGHT / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "playwright"], check=True)
        (PLAYWRIGHT / "installed").touch()
    sys.path[:0] = [str(path) for path in PLAYWRIGHT.glob("lib/python*/site-packages")]
    from playwright.sync_api import sync_playwright
    driver = sync_playwright().start()
    browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
    folder = tempfile.TemporaryDirectory()
    lambench("demo", "--runs", "8", "--warm-invokes", "2", "--quiet", "--save", "pair.json")


def tearDownModule():
    for thing, end in [(browser, "close"), (driver, "stop"), (folder, "cleanup")]:
        if thing:
            getattr(thing, end)()


def chromium():
    found = os.environ.get("LAMBENCH_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-qq", "--no-install-recommends", "chromium"], check=True)
        found = shutil.which("chromium")
    return found


def lambench(*args):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAMBENCH_"))}
    ran = subprocess.run([LAMBENCH, *args], cwd=folder.name, env=clean, capture_output=True, text=True)
    if ran.returncode != 0:
        raise AssertionError(f"{args}: {ran.stderr}")
    return ran.stdout


def result():
    return json.loads((pathlib.Path(folder.name) / "pair.json").read_text(encoding="utf-8"))


def write(name, content):
    path = pathlib.Path(folder.name) / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


class Report(unittest.TestCase):
    def open(self, *args, width=1000, scheme="light", scripts=True):
        """The page of a result; nothing may be asked for but the page, and nothing may complain."""
        path = pathlib.Path(folder.name) / "page.html"
        lambench("report", *(args or ["pair.json"]), "-o", str(path))
        self.text = path.read_text(encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=scripts
        )
        self.addCleanup(context.close)
        page = context.new_page()
        told, asked = [], []
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri(), wait_until="networkidle")
        self.assertEqual(told, [])
        self.assertEqual(asked, [path.as_uri()])
        return page

    def test_it_shows_every_sample_and_asks_for_nothing(self):
        page = self.open()
        samples = result()["samples"]
        counted = [s for s in samples if s["kind"] == "cold" and s["accepted"]]
        self.assertEqual(page.locator(".strip .mark").count(), len(counted))
        self.assertEqual(len(counted), 16)
        self.assertEqual(page.locator(".course .mark").count(), len([s for s in samples if s["kind"] == "cold"]))
        self.assertEqual(page.locator(".course .mark.out").count(), 2)
        bins = page.locator(".histogram .bin title").all_text_contents()
        warm = [s for s in samples if s["kind"] == "warm" and s["accepted"]]
        self.assertEqual(sum(int(text.split()[0]) for text in bins), len(warm))
        self.assertIn("Verdict: improved.", page.locator(".verdict").inner_text())
        self.assertEqual(page.locator("script").count(), 0)
        xml.etree.ElementTree.fromstring(self.text.split("\n", 1)[1])

    def test_marks_lie_in_their_drawing_and_labels_do_not_overlap(self):
        for width in [1000, 360]:
            page = self.open(width=width)
            for box in page.evaluate("""() => [...document.querySelectorAll('article svg')].map(svg => {
                const of = e => { const r = e.getBoundingClientRect(); return [r.left, r.right, r.top, r.bottom] };
                const shown = e => getComputedStyle(e).display != 'none';
                return {svg: of(svg), texts: [...svg.querySelectorAll('text')].filter(shown).map(of),
                        marks: [...svg.querySelectorAll('.mark')].map(of)};
            })"""):
                left, right, top, bottom = box["svg"]
                for mark in box["marks"]:
                    self.assertTrue(left - 6 <= mark[0] and mark[1] <= right + 6, (width, mark, box["svg"]))
                    self.assertTrue(top <= mark[2] and mark[3] <= bottom, (width, mark, box["svg"]))
                for i, a in enumerate(box["texts"]):
                    self.assertTrue(0 <= a[0] and a[1] <= width and a[3] <= bottom + 1, (width, a, box["svg"]))
                    for b in box["texts"][:i]:
                        apart = a[0] >= b[1] or b[0] >= a[1] or a[2] >= b[3] - 4 or b[2] >= a[3] - 4
                        self.assertTrue(apart, (width, a, b))

    def test_a_telephone_need_not_scroll_sideways(self):
        long = result()
        for subject in long["subjects"]:
            subject["function"] = subject["version"] = subject["name"] = "a-very-long-name-without-spaces" * 6
        for args in [["pair.json"], [write("long.json", long)], ["pair.json", write("long.json", long)]]:
            page = self.open(*args, width=360)
            self.assertEqual(page.evaluate("document.documentElement.scrollWidth"), 360, args)
            for table in page.locator("table").all():
                self.assertLessEqual(table.bounding_box()["width"], 400, args)

    def test_everything_can_be_read_in_light_dark_and_on_paper(self):
        for scheme, media, dark in [("light", "screen", False), ("dark", "screen", True), ("dark", "print", False)]:
            page = self.open(scheme=scheme)
            page.emulate_media(media=media)
            back = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
            self.assertEqual(back < 0.2, dark, (scheme, media))
            pairs = page.evaluate("""() => [...document.querySelectorAll('main *')].filter(e =>
                [...e.childNodes].some(n => n.nodeType == 3 && n.textContent.trim()) && e.getClientRects().length
                && !e.closest('title, desc')).map(e => {
                let back = e; const style = getComputedStyle(e), svg = e.namespaceURI.endsWith('svg');
                while (back && getComputedStyle(back).backgroundColor == 'rgba(0, 0, 0, 0)') back = back.parentElement;
                let behind = getComputedStyle(back || document.body).backgroundColor;
                if (e.matches('.inside')) behind = getComputedStyle(e.closest('svg').querySelector('.part')).fill;
                return [svg ? style.fill : style.color, behind, e.textContent];
            })""")
            self.assertGreater(len(pairs), 100)
            for front, behind, words in pairs:
                self.assertGreaterEqual(contrast(front, behind), 4.5, (scheme, media, words, front, behind))

    def test_it_is_named_for_those_who_do_not_see_it(self):
        page = self.open()
        for svg in page.locator("article figure .plot svg").all():
            self.assertEqual(svg.get_attribute("role"), "img")
            for part in svg.get_attribute("aria-labelledby").split():
                self.assertTrue(page.locator(f"[id='{part}']").text_content().strip())
        self.assertEqual(page.locator("article figure .plot svg").count(), 5)
        self.assertEqual(page.locator("thead th:not([scope=col]), tbody th:not([scope=row])").count(), 0)
        self.assertEqual(page.locator("table caption").count(), page.locator("table").count())
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
        self.assertEqual(levels[0], 1)
        self.assertTrue(all(b - a <= 1 for a, b in zip(levels, levels[1:])), levels)
        page.keyboard.press("Tab")
        self.assertEqual(page.evaluate("document.activeElement.getAttribute('role')"), "region")
        page.keyboard.press("Tab")
        self.assertTrue(page.evaluate("document.activeElement.hasAttribute('download')"))

    def test_the_data_can_be_kept_without_a_script(self):
        page = self.open(scripts=False)
        with page.expect_download() as download:
            page.locator("a[download]").click()
        self.assertRegex(download.value.suggested_filename, r"^lambench-\d{8}T\d{6}Z-\d+\.json$")
        kept = json.loads(pathlib.Path(download.value.path()).read_text(encoding="utf-8"))
        self.assertEqual(kept, result())

    def test_hostile_names_are_names(self):
        hostile = result()
        for subject in hostile["subjects"]:
            for field in ["function", "name", "version", "runtime"]:
                subject[field] = EVIL
        hostile["warnings"] = [EVIL]
        page = self.open(write("hostile.json", hostile))
        self.assertEqual(page.locator("script, main img, iframe").count(), 0)
        self.assertIn("document.title='owned'", page.locator("h1").inner_text())
        self.assertNotEqual(page.title(), "owned")
        xml.etree.ElementTree.fromstring(self.text.split("\n", 1)[1])

    def test_several_results_have_an_overview_that_leads_to_each(self):
        page = self.open("pair.json", "pair.json")
        self.assertEqual(page.locator("article").count(), 2)
        page.locator("header a").nth(1).click()
        self.assertTrue(page.url.endswith("#r2"))

    def test_the_command_says_where_the_page_is_or_prints_it(self):
        self.assertEqual(lambench("report", "pair.json"), "Written: report.html\n")
        written = (pathlib.Path(folder.name) / "report.html").read_text(encoding="utf-8")
        self.assertEqual(lambench("report", "pair.json", "-o", "-"), written)
        self.assertEqual(lambench("report", "last", "-o", "-"), written)
        arms = ["pair.json@before", "pair.json@after"]
        both = lambench("report", *arms, "--compare", "-o", "-")
        self.assertIn("Verdict: improved.", both)
        for args, says in [
            (["nothing-like-it"], "nothing-like-it"),
            (arms[:1], "--compare takes arms"),
            (["pair.json", "--compare"], "--compare takes two results"),
            (["pair.json", "-o", "no/such/folder/x.html"], "no/such/folder"),
        ]:
            with self.assertRaisesRegex(AssertionError, re.escape(says)):
                lambench("report", *args)

    def test_it_is_korean_where_that_is_asked_for(self):
        page = self.open("pair.json", "--lang", "ko")
        self.assertEqual(page.locator("html").get_attribute("lang"), "ko")
        words = page.evaluate("[...document.querySelectorAll('h1,h2,thead th,.note,.told li,.key span,.of')].map(e => e.textContent)")
        english = [text for text in words if not re.search("[가-힣]", text) and text != "p, n"]
        self.assertEqual(english, [])


def channels(color):
    return [float(x) for x in re.findall(r"[\d.]+", color)[:3]]


def luminance(color):
    linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels(color)]
    return sum(w * c for w, c in zip([0.2126, 0.7152, 0.0722], linear))


def contrast(a, b):
    high, low = sorted([luminance(a), luminance(b)], reverse=True)
    return (high + 0.05) / (low + 0.05)


if __name__ == "__main__":
    unittest.main()
