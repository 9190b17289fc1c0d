//! What starts, snapshots and queries cost, by the built-in prices and by a list of one's own.

use super::*;

#[track_caller]
fn close(figure: Option<f64>, expected: f64) {
    let figure = figure.expect("a price");
    assert!(
        (figure - expected).abs() < 1e-6,
        "{figure}, expected {expected}"
    );
}

#[test]
fn a_million_starts_cost_their_gigabyte_seconds_and_their_requests() {
    let prices = Prices::builtin();
    // 1 GB for 1 s: 1,000,000 * 0.0000166667 + 0.20
    close(
        prices.usd_per_million(1000.0, 1024, "x86_64", Some("us-east-1")),
        16.8667,
    );
    // 1/8 GB for 0.03 s: 3,750 GB-s * 0.0000166667 + 0.20
    close(
        prices.usd_per_million(30.0, 128, "x86_64", Some("eu-central-1")),
        0.262_500_125,
    );
    // 1/2 GB for 0.94 s on arm64: 470,000 GB-s * 0.0000133334 + 0.20
    close(
        prices.usd_per_million(940.0, 512, "arm64", Some("us-east-1")),
        6.466_698,
    );
}

#[test]
fn a_start_that_bills_nothing_still_costs_its_request() {
    close(
        Prices::builtin().usd_per_million(0.0, 1024, "x86_64", None),
        0.20,
    );
}

#[test]
fn dearer_regions_have_their_own_prices() {
    let prices = Prices::builtin();
    for (region, x86, arm) in [
        ("af-south-1", 22.37, 17.95),
        ("ap-east-1", 23.20, 18.58),
        ("eu-south-1", 19.7472, 15.8438),
        ("me-south-1", 20.9167, 16.7834),
    ] {
        close(
            prices.usd_per_million(1000.0, 1024, "x86_64", Some(region)),
            x86,
        );
        close(
            prices.usd_per_million(1000.0, 1024, "arm64", Some(region)),
            arm,
        );
    }
}

#[test]
fn no_region_means_the_common_price() {
    let prices = Prices::builtin();
    assert_eq!(
        prices.usd_per_million(100.0, 256, "arm64", None),
        prices.usd_per_million(100.0, 256, "arm64", Some("us-east-1")),
    );
}

#[test]
fn what_is_not_in_the_list_has_no_price() {
    let prices = Prices::builtin();
    // China bills in another currency.
    assert_eq!(
        prices.usd_per_million(100.0, 256, "x86_64", Some("cn-north-1")),
        None
    );
    assert_eq!(prices.usd_per_million(100.0, 256, "riscv64", None), None);
    assert_eq!(prices.usd_per_million(f64::NAN, 256, "x86_64", None), None);
    assert_eq!(prices.usd_per_million(-1.0, 256, "x86_64", None), None);
}

#[test]
fn a_fare_adds_up_to_the_price_of_a_million() {
    let prices = Prices::builtin();
    let fare = prices
        .fare(512, 2048, "arm64", Some("us-east-1"))
        .expect("a price");
    close(
        Some(fare.usd(1_000_000, 940.0e6)),
        prices
            .usd_per_million_with_tmp(940.0, 512, 2048, "arm64", Some("us-east-1"))
            .unwrap(),
    );
    assert_eq!(prices.fare(512, 512, "arm64", Some("cn-north-1")), None);
}

#[test]
fn tmp_above_512_mb_is_paid_for() {
    let prices = Prices::builtin();
    let cost = |tmp_mb, region| {
        prices.usd_per_million_with_tmp(1000.0, 1024, tmp_mb, "x86_64", Some(region))
    };
    close(cost(512, "us-east-1"), 16.8667);
    // 1.5 GB above the free half: 1,500,000 GB-s * 0.0000000309
    close(cost(2048, "us-east-1"), 16.8667 + 0.04635);
    assert_eq!(cost(2048, "eu-west-1"), None);
}

#[test]
fn a_snapshot_is_paid_for_three_hours_at_least_and_every_restore_of_it() {
    let prices = Prices::builtin();
    let fare = |runtime, region| prices.snap_start(2048, runtime, Some(region));
    let python = fare("python3.13", "eu-west-1").expect("a price");
    let restores = 10.0 * 2.0 * 0.000_139_799_8;
    close(
        Some(python.usd(60.0, 10)),
        2.0 * 10_800.0 * 0.000_001_504_6 + restores,
    );
    close(
        Some(python.usd(20_000.0, 10)),
        2.0 * 20_000.0 * 0.000_001_504_6 + restores,
    );
    assert_eq!(fare("java21", "af-south-1"), Some(SnapFare::default()));
    assert_eq!(fare("python3.13", "af-south-1"), None);
}

#[test]
fn the_built_in_prices_are_dated_and_no_region_stands_twice() {
    let prices = Prices::builtin();
    assert_eq!(prices.as_of, "2026-09");
    assert!(
        prices
            .source
            .starts_with("https://aws.amazon.com/lambda/pricing/")
    );
    let mut regions: Vec<_> = prices.tables.iter().flat_map(|p| &p.regions).collect();
    let all = regions.len();
    regions.sort_unstable();
    regions.dedup();
    assert_eq!(regions.len(), all);
}

#[test]
fn insights_costs_what_it_scans_by_the_users_price_if_there_is_one() {
    assert!((Prices::builtin().insights_usd(2e9) - 0.01).abs() < 1e-12);
    let own = |line: &str| {
        let list = include_str!("../prices.toml").replace("insights_gb = 0.005\n", line);
        Prices::from_toml(&list)
    };
    assert!((own("insights_gb = 1.0\n").unwrap().insights_usd(2e9) - 2.0).abs() < 1e-12);
    assert!((own("").unwrap().insights_usd(2e9) - 0.01).abs() < 1e-12);
    assert!(own("insights_gb = -1.0\n").is_err());
}

#[test]
fn a_list_of_the_users_own_is_checked() {
    let list = |price: &str, common: &str| {
        Prices::from_toml(&format!(
            "as_of = 'today'\nsource = 'contract'\ncommon_region = '{common}'\n\
             [[prices]]\nregions = ['eu-west-1']\nrequests_per_million = 0.1\nx86_64 = {price}\n"
        ))
    };
    let own = list("0.00001", "eu-west-1").expect("a sound list");
    close(
        own.usd_per_million(1000.0, 1024, "x86_64", Some("eu-west-1")),
        10.1,
    );
    assert_eq!(
        own.usd_per_million(1000.0, 1024, "arm64", Some("eu-west-1")),
        None
    );
    assert!(
        matches!(list("-1.0", "eu-west-1"), Err(PricesError::Price { region }) if region == "eu-west-1")
    );
    assert!(matches!(
        list("nan", "eu-west-1"),
        Err(PricesError::Price { .. })
    ));
    assert!(
        matches!(list("1.0", "mars-1"), Err(PricesError::Common { region }) if region == "mars-1")
    );
    assert!(matches!(
        list("'x'", "eu-west-1"),
        Err(PricesError::Form(_))
    ));
}
