"""docs/runtime-clients.md says of every difference what the table says, and of nothing else."""

import re
import unittest

import harness
from rows import CASES

PAGE = (harness.REPOSITORY / "docs" / "runtime-clients.md").read_text(encoding="utf-8")


def listed(heading):
    """The items of the list below a line, each on one line."""
    after = re.split(r"(?m)^%s.*:$" % re.escape(heading), PAGE)[1].strip()
    items = re.split(r"\n\n", after)[0]
    return [re.sub(r"\s+", " ", item).strip() for item in re.split(r"(?m)^- ", items)[1:]]


class TheDifferences(unittest.TestCase):
    def test_the_page_lists_what_the_table_has(self):
        for language, heading in {"python": "Python", "node": "Node.js"}.items():
            with self.subTest(language):
                told = {case.differs[language] for case in CASES if language in case.differs}
                self.assertEqual(sorted(listed(heading)), sorted(told))

    def test_the_page_names_the_versions_that_are_tried(self):
        for version in harness.AWS_LAMBDA_RIC.values():
            self.assertIn("`aws-lambda-ric` " + version, PAGE)

    def test_every_row_is_about_one_thing(self):
        names = [case.name for case in CASES]
        self.assertEqual(len(names), len(set(names)))
        self.assertFalse([case.name for case in CASES if case.keeps and not case.differs], "levelled out for nothing")


if __name__ == "__main__":
    unittest.main()
