//! The result file as it is stored.

use crate::results::RunResult;

use super::super::json as result_file;

/// One result as its stored file has it, several as an array of these.
pub fn json(results: &[&RunResult]) -> String {
    if let [result] = results {
        return result_file::json(result);
    }
    result_file::pretty(results)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::samples::{pair, single};

    #[test]
    fn several_results_are_an_array_of_what_one_is() {
        let (pair, single) = (pair(), single());
        let read: Vec<RunResult> = serde_json::from_str(&json(&[&pair, &single])).unwrap();
        assert_eq!(read, [pair.clone(), single]);
        assert_eq!(json(&[&pair]), result_file::json(&pair));
    }
}
