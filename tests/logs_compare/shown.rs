//! How it reads.

use crate::traffic::{Traffic, both, compared, slower};

#[test]
fn a_page_and_markdown_say_that_it_is_observed() {
    let test = both(&Traffic::default(), &slower(1.3));
    let markdown = compared(&test, &["--export", "markdown=-"])
        .success()
        .stdout;
    assert!(markdown.contains("Change (observational)"), "{markdown}");
    assert!(
        markdown.contains("Not a controlled experiment"),
        "{markdown}"
    );
    let args = [
        "report",
        "logs:before.log",
        "logs:after.log",
        "--compare",
        "-o",
        "-",
    ];
    let page = test.run(&args).success().stdout;
    assert!(page.contains("observational, not a controlled experiment"));
    assert!(page.contains("Not a controlled experiment: what is known of both sides"));
    let several = test
        .run(&[
            "compare",
            "logs:before.log",
            "logs:after.log",
            "logs:*r.log",
            "--function",
            "orders",
        ])
        .success();
    assert!(
        several.stdout.contains("The changes are observational"),
        "{}",
        several.stdout
    );
}

#[test]
fn the_report_reads_well_in_both_languages() {
    let test = both(&Traffic::default(), &slower(1.3));
    insta::assert_snapshot!("english", compared(&test, &[]).success().stdout);
    insta::assert_snapshot!(
        "korean",
        compared(&test, &["--lang", "ko"]).success().stdout
    );
}
