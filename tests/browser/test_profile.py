"""The page of `lambench profile --html` in headless Chromium, and its file for speedscope against speedscope's own schema.

speedscope's schema and a validator come from npm, installed into LAMBENCH_TEST_TOOLS.
"""

import json
import pathlib
import subprocess
import sys
import unittest
import xml.etree.ElementTree

import test_report as shared

sys.path.insert(0, str(shared.ROOT / "tests/bootstraps"))
import harness  # noqa: E402

VALIDATE = """
const Ajv = require("ajv");
const fs = require("fs");
const schema = JSON.parse(fs.readFileSync(require.resolve("speedscope/dist/release/file-format-schema.json")));
const valid = new Ajv({ strict: false }).compile(schema);
if (!valid(JSON.parse(fs.readFileSync(process.argv[1])))) throw new Error(JSON.stringify(valid.errors));
"""
BUSY = "for (const until = Date.now() + %d; Date.now() < until; );\n"


def setUpModule():
    shared.setUpModule()
    shop = pathlib.Path(shared.folder.name) / "shop"
    # Enough to have slivers, names of a hostile kind, and something that only the first request loads.
    files = {
        "index.js": "require('big'); require('./lib/\"<b>&\\'.js');\nexports.handler = async () => require('late');\n",
        "lib/\"<b>&'.js": BUSY % 20,
        "node_modules/big/index.js": BUSY % 30 + "for (let i = 0; i < 400; i++) require('./part' + i);\n",
        "node_modules/late/index.js": BUSY % 15,
        **{f"node_modules/big/part{i}.js": BUSY % 20 if i % 200 == 7 else "" for i in range(400)},
    }
    for name, text in files.items():
        path = shop / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    shared.lambench("profile", "shop", "--runs=1", "--quiet", "--html=page.html", "--speedscope=shop.speedscope.json")
    shared.lambench("profile", "shop", "--runs=1", "--quiet", "--html=ko.html", "--lang=ko")


tearDownModule = shared.tearDownModule


def path(name):
    return pathlib.Path(shared.folder.name) / name


class Page(unittest.TestCase):
    def open(self, name="page.html", width=1000, scheme="light", scripts=True):
        context = shared.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
        )
        self.addCleanup(context.close)
        page = context.new_page()
        told, asked = [], []
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path(name).as_uri(), wait_until="networkidle")
        self.assertEqual(told, [])
        self.assertEqual(asked, [path(name).as_uri()])
        return page

    def cell(self, page, name):
        return page.locator(".icicle").first.locator(".cell", has=page.locator(f"text=/^{name}$/")).first

    def test_boxes_are_as_wide_as_what_they_load_and_slivers_are_folded(self):
        for scripts in [True, False]:
            page = self.open(scripts=scripts)
            self.assertEqual(page.locator(".icicle").count(), 2)
            cells = page.locator(".icicle").first.locator(".cell")
            self.assertLess(cells.count(), 200)
            chart = page.locator(".icicle").first.bounding_box()
            self.assertAlmostEqual(self.cell(page, "index.js").bounding_box()["width"], chart["width"], delta=1)
            own = self.cell(page, "big/index.js").bounding_box()
            part = self.cell(page, "big/part207.js").bounding_box()
            self.assertTrue(own["x"] - 1 <= part["x"] and part["x"] + part["width"] <= own["x"] + own["width"] + 1)
            self.assertGreater(part["y"], own["y"])
            labels = [cell.get_attribute("aria-label") for cell in cells.all()]
            self.assertTrue(any("small modules" in label for label in labels))
            self.assertTrue(any(label.startswith("lib/\"<b>&'.js") for label in labels), labels)
            self.assertIn("loaded by index.js:1", self.cell(page, "big/index.js").get_attribute("aria-label"))
            self.assertEqual(page.locator(".icicle").nth(1).locator(".cell").count(), 1)
            self.assertIn("big", page.locator("table").first.inner_text())
            self.assertEqual(page.locator(".said-of").first.is_visible(), scripts)

    def test_a_box_can_be_enlarged_and_left_again_by_keys_and_by_pointer(self):
        page = self.open()
        chart = page.locator(".icicle").first.bounding_box()["width"]
        big = self.cell(page, "big/index.js")
        before = big.bounding_box()["width"]
        again = page.locator(".again").first
        page.locator(".icicle").first.locator(".cell").first.focus()
        page.keyboard.press("ArrowDown")
        self.assertEqual(page.evaluate("document.activeElement.getAttribute('aria-label').split(':')[0]"), "big/index.js")
        page.keyboard.press("Enter")
        self.assertAlmostEqual(big.bounding_box()["width"], chart, delta=5)
        self.assertIn("big/index.js", page.locator(".said-of").first.inner_text())
        page.keyboard.press("ArrowDown")
        self.assertIn("loaded by big/index.js:2", page.evaluate("document.activeElement.getAttribute('aria-label')"))
        page.keyboard.press("Escape")
        self.assertAlmostEqual(big.bounding_box()["width"], before, delta=5)
        self.assertFalse(again.is_visible())
        big.click()
        self.assertAlmostEqual(big.bounding_box()["width"], chart, delta=5)
        again.click()
        self.assertAlmostEqual(big.bounding_box()["width"], before, delta=5)
        self.assertEqual(page.evaluate("document.querySelectorAll('.icicle')[0].querySelectorAll('[tabindex=\"0\"]').length"), 1)

    def test_it_can_be_read_on_a_telephone_and_in_the_dark(self):
        for name in ["page.html", "ko.html"]:
            for scheme in ["light", "dark"]:
                page = self.open(name, width=360, scheme=scheme)
                self.assertEqual(page.evaluate("document.documentElement.scrollWidth"), 360)
                cut = page.evaluate("""() => [...document.querySelectorAll('.scroll')]
                    .filter(table => table.scrollWidth > table.clientWidth).map(table => table.innerText)""")
                self.assertEqual(cut, [])
                pairs = page.evaluate("""() => [...document.querySelectorAll('.icicle .cell')].map(cell => [
                    getComputedStyle(cell.querySelector('text')).fill, getComputedStyle(cell.querySelector('rect')).fill])""")
                self.assertGreater(len(pairs), 5)
                for front, behind in pairs:
                    self.assertGreaterEqual(shared.contrast(front, behind), 4.5, (scheme, front, behind))

    def test_it_is_well_formed_and_runs_one_script_only(self):
        text = path("page.html").read_text(encoding="utf-8")
        xml.etree.ElementTree.fromstring(text.split("\n", 1)[1])
        page = self.open()
        self.assertEqual(page.locator("script").count(), 1)
        self.assertIn("script-src 'sha256-", text)

    def test_it_speaks_korean(self):
        page = self.open("ko.html")
        self.assertIn("초기화에서 로드되는 모듈", page.locator("main").inner_text())


class Speedscope(unittest.TestCase):
    def test_its_file_is_as_its_schema_says(self):
        npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "speedscope@1.25.0", "ajv@8.17.1"]
        tools = harness._installed(harness.tools_folder("speedscope-1.25.0"), npm, "speedscope")
        file = path("shop.speedscope.json")
        ran = subprocess.run([harness.node(), "-e", VALIDATE, str(file)], cwd=tools, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        content = json.loads(file.read_text(encoding="utf-8"))
        self.assertEqual([p["name"] for p in content["profiles"]], ["shop: init", "shop: first invoke"])
        for profile in content["profiles"]:
            open_frames = []
            at = 0
            for event in profile["events"]:
                self.assertGreaterEqual(event["at"], at)
                at = event["at"]
                if event["type"] == "O":
                    open_frames.append(event["frame"])
                else:
                    self.assertEqual(open_frames.pop(), event["frame"])
            self.assertEqual(open_frames, [])
            self.assertEqual(at, profile["endValue"])


if __name__ == "__main__":
    unittest.main()
