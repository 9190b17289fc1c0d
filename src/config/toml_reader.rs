//! A TOML table read key by key: every value with its line, type errors with the key's full name, and unknown keys
//! with the nearest known one.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::ConfigError;
use super::origin::{Origin, Sourced};

/// What a value should have been, and the value that it was.
struct Mismatch<'a, 'i> {
    expected: String,
    found: &'a Spanned<DeValue<'i>>,
}

/// The file that a table lies in.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// As it is named to the user.
    pub file: &'a str,
    /// Its text.
    pub text: &'a str,
}

impl Source<'_> {
    /// The line of a byte position, from 1.
    pub fn line(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or(self.text);
        1 + before.matches('\n').count()
    }

    /// The column of a byte position, in characters, from 1.
    pub fn column(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        1 + line.chars().count()
    }
}

/// A table that is being read.
pub struct Reader<'a, 'i> {
    source: Source<'a>,
    name: String,
    table: &'a DeTable<'i>,
    known: BTreeSet<&'static str>,
}

impl<'a, 'i> Reader<'a, 'i> {
    /// Reads `table`, whose full name is `name` (empty for the file itself).
    pub fn new(source: Source<'a>, name: impl Into<String>, table: &'a DeTable<'i>) -> Self {
        Self {
            source,
            name: name.into(),
            table,
            known: BTreeSet::new(),
        }
    }

    /// The full name of a key of this table.
    pub fn key(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }

    fn get(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.known.insert(key);
        self.table.get(key)
    }

    fn origin(&self, key: &str, value: &Spanned<DeValue<'i>>) -> Origin {
        Origin::File {
            file: self.source.file.to_owned(),
            line: self.source.line(value.span().start),
            key: self.key(key),
        }
    }

    fn wrong(&self, key: &str, mismatch: &Mismatch<'_, 'i>) -> ConfigError {
        ConfigError::WrongValue {
            file: self.source.file.to_owned(),
            line: self.source.line(mismatch.found.span().start),
            key: self.key(key),
            expected: mismatch.expected.clone(),
            found: describe(mismatch.found.get_ref()),
        }
    }

    /// Reads a value with `take`, which gives what it should have been if it is of another kind.
    fn read<T>(
        &mut self,
        key: &'static str,
        take: impl FnOnce(&DeValue<'i>) -> Result<T, String>,
    ) -> Result<Option<Sourced<T>>, ConfigError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        match take(value.get_ref()) {
            Ok(read) => Ok(Some(Sourced::new(read, self.origin(key, value)))),
            Err(expected) => Err(self.wrong(
                key,
                &Mismatch {
                    expected,
                    found: value,
                },
            )),
        }
    }

    /// A string.
    pub fn string(&mut self, key: &'static str) -> Result<Option<Sourced<String>>, ConfigError> {
        self.read(key, |value| {
            value
                .as_str()
                .map(str::to_owned)
                .ok_or_else(|| "a string".into())
        })
    }

    /// A string that `choose` knows.
    pub fn choice<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        choose: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<Sourced<T>>, ConfigError> {
        self.read(key, |value| {
            value
                .as_str()
                .and_then(choose)
                .ok_or_else(|| expected.to_owned())
        })
    }

    /// A whole number between `low` and `high`.
    pub fn number<T: TryFrom<i128>>(
        &mut self,
        key: &'static str,
        low: i128,
        high: i128,
    ) -> Result<Option<Sourced<T>>, ConfigError> {
        self.read(key, |value| {
            let number = value
                .as_integer()
                .and_then(|n| i128::from_str_radix(&n.as_str().replace('_', ""), n.radix()).ok())
                .filter(|n| (low..=high).contains(n));
            number
                .and_then(|n| T::try_from(n).ok())
                .ok_or_else(|| in_words(low, high))
        })
    }

    /// An amount of money, not negative.
    pub fn amount(&mut self, key: &'static str) -> Result<Option<Sourced<f64>>, ConfigError> {
        self.read(key, |value| {
            let text = match value {
                DeValue::Integer(number) => Some(number.to_string()),
                DeValue::Float(number) => Some(number.as_str().to_owned()),
                _ => None,
            };
            text.and_then(|text| super::safety::dollars(&text.replace('_', "")))
                .ok_or_else(|| "a number, 0 or more".into())
        })
    }

    /// A percentage as a fraction: `10` or `"10%"` is 0.10.
    pub fn per_cent(&mut self, key: &'static str) -> Result<Option<Sourced<f64>>, ConfigError> {
        self.read(key, |value| {
            let text = match value {
                DeValue::Integer(number) => number.to_string().replace('_', ""),
                DeValue::Float(number) => number.as_str().replace('_', ""),
                DeValue::String(text) => text.clone().into_owned(),
                _ => String::new(),
            };
            super::looks::per_cent(&text).ok_or_else(|| super::looks::LIMIT.to_owned())
        })
    }

    /// A list of strings; one string is a list of one.
    pub fn strings(
        &mut self,
        key: &'static str,
    ) -> Result<Option<Sourced<Vec<String>>>, ConfigError> {
        self.read(key, |value| match value {
            DeValue::String(one) => Ok(vec![one.clone().into_owned()]),
            DeValue::Array(all) => all
                .iter()
                .map(|item| item.get_ref().as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
                .ok_or_else(|| "a list of strings".into()),
            _ => Err("a list of strings".into()),
        })
    }

    /// A list of strings, each with its own line; one string is a list of one.
    pub fn each_string(
        &mut self,
        key: &'static str,
    ) -> Result<Option<Vec<Sourced<String>>>, ConfigError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let wrong = |found| {
            let expected = "a list of strings".to_owned();
            self.wrong(key, &Mismatch { expected, found })
        };
        let items: Vec<&Spanned<DeValue<'i>>> = match value.get_ref() {
            DeValue::Array(all) => all.iter().collect(),
            _ => vec![value],
        };
        items
            .into_iter()
            .map(|item| match item.get_ref().as_str() {
                Some(text) => Ok(Sourced::new(text.to_owned(), self.origin(key, item))),
                None => Err(wrong(item)),
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, key: &'static str) -> Result<Option<bool>, ConfigError> {
        let read = self.read(key, |value| {
            value.as_bool().ok_or_else(|| "true or false".into())
        })?;
        Ok(read.map(|read| read.value))
    }

    /// Any value, for a reader of its own.
    pub fn value(&mut self, key: &'static str) -> Option<Sourced<&'a DeValue<'i>>> {
        let value = self.get(key)?;
        Some(Sourced::new(value.get_ref(), self.origin(key, value)))
    }

    /// A table, for a reader of its own.
    pub fn table(&mut self, key: &'static str) -> Result<Option<Reader<'a, 'i>>, ConfigError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let name = self.key(key);
        match value.get_ref().as_table() {
            Some(table) => Ok(Some(Reader::new(self.source, name, table))),
            None => Err(self.wrong(
                key,
                &Mismatch {
                    expected: "a table".into(),
                    found: value,
                },
            )),
        }
    }

    /// Every key of this table as a table of its own: the keys are names that the user chose.
    pub fn tables(self) -> Result<Vec<(String, Reader<'a, 'i>)>, ConfigError> {
        self.table
            .iter()
            .map(|(key, value)| {
                let name = key.get_ref().to_string();
                let full = self.key(&name);
                match value.get_ref().as_table() {
                    Some(table) => Ok((name, Reader::new(self.source, full, table))),
                    None => Err(self.wrong(
                        &name,
                        &Mismatch {
                            expected: "a table".into(),
                            found: value,
                        },
                    )),
                }
            })
            .collect()
    }

    /// Every key of this table as a string: the keys are names that the user chose. Numbers and booleans are taken
    /// in their written form, as an environment variable would hold them.
    pub fn texts(self) -> Result<Vec<(String, String)>, ConfigError> {
        self.table
            .iter()
            .map(|(key, value)| {
                let name = key.get_ref().to_string();
                let text = match value.get_ref() {
                    DeValue::String(text) => text.clone().into_owned(),
                    DeValue::Integer(number) => number.to_string(),
                    DeValue::Float(number) => number.as_str().to_owned(),
                    DeValue::Boolean(yes) => yes.to_string(),
                    _ => {
                        return Err(self.wrong(
                            &name,
                            &Mismatch {
                                expected: "a string".into(),
                                found: value,
                            },
                        ));
                    }
                };
                Ok((name, text))
            })
            .collect()
    }

    /// Warns, with the line, about every key that was not asked for.
    pub fn finish(self, warnings: &mut Vec<(usize, String)>) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if self.known.contains(name) {
                continue;
            }
            let line = self.source.line(key.span().start);
            let mut text = format!(
                "{}:{line}: unknown key {} is ignored",
                self.source.file,
                self.key(name)
            );
            if let Some(near) = nearest(name, self.known.iter().copied()) {
                text.push_str("; did you mean ");
                text.push_str(near);
                text.push('?');
            }
            warnings.push((line, text));
        }
    }
}

/// A range in words: `a whole number from 128 to 10240`, `a whole number, 1 or more`.
pub fn in_words(low: i128, high: i128) -> String {
    if high >= i128::from(u32::MAX) {
        format!("a whole number, {low} or more")
    } else {
        format!("a whole number from {low} to {high}")
    }
}

/// Jaro-Winkler likeness from which on a name may be a mistyped one: `env` and `environment`, not `payload` and
/// `package`.
const NEAR: f64 = 0.83;

/// The known name that is nearest to a mistyped one, if any is near.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let name = name.to_ascii_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            let likeness = strsim::jaro_winkler(&name, &candidate.to_ascii_lowercase());
            (candidate, likeness)
        })
        .filter(|(_, likeness)| *likeness > NEAR)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(candidate, _)| candidate)
}

fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Integer(number) => number.to_string(),
        DeValue::Boolean(yes) => yes.to_string(),
        DeValue::Float(number) => number.as_str().to_owned(),
        // A string may be a secret.
        DeValue::String(_) => "a string".into(),
        DeValue::Datetime(_) => "a date or time".into(),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    }
}
