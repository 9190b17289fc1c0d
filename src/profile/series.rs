//! Several recorded starts of one function as one: medians for people, and the times of every start for predictions.

use std::collections::HashMap;

use super::recording::{Import, Recording};
use crate::stats::median;

/// Several starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Times by themselves are means of the middle half of the starts, scaled so that they add up to the median;
    /// the graph has what any start had.
    pub recording: Recording,
    /// Per start, per module of `recording`: ms by itself.
    pub times: Vec<Vec<f64>>,
    /// Per start, per module: KB.
    pub memory: Vec<Vec<f64>>,
}

impl Series {
    /// Puts starts together. None if there is none.
    pub fn of(starts: &[Recording]) -> Option<Self> {
        let mut all = starts.first()?.clone();
        let mut positions: HashMap<String, usize> = HashMap::new();
        for (n, module) in all.modules.iter().enumerate() {
            positions.insert(module.name.clone(), n);
        }
        let mut imports: Vec<Import> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let mut own_positions = Vec::new();
        for start in starts {
            let mut own = Vec::with_capacity(start.modules.len());
            for module in &start.modules {
                let position = *positions.entry(module.name.clone()).or_insert_with(|| {
                    let mut module = module.clone();
                    // It comes after whoever loads it.
                    module.loaded_by = module.loaded_by.map(|by| own[by]);
                    all.modules.push(module);
                    all.modules.len() - 1
                });
                own.push(position);
            }
            for import in &start.imports {
                let mut import = import.clone();
                import.from = own[import.from];
                import.to = own[import.to];
                import.at = import.at.map(|at| own[at]);
                if seen.insert(import.clone()) {
                    imports.push(import);
                }
            }
            own_positions.push(own);
        }
        all.imports = imports;
        let of_each = |figure: &dyn Fn(&Recording, usize) -> f64| -> Vec<Vec<f64>> {
            let each = starts.iter().zip(&own_positions);
            each.map(|(start, own)| {
                let mut figures = vec![0.0; all.modules.len()];
                for (n, &position) in own.iter().enumerate() {
                    figures[position] = figure(start, n);
                }
                figures
            })
            .collect()
        };
        let times = of_each(&|start, n| start.modules[n].self_ms);
        let memory = of_each(&|start, n| start.modules[n].memory_kb.unwrap_or(0.0));
        all.total_ms = median_of(starts.iter().map(|start| start.total_ms));
        let middle = middle_half(starts);
        // Means of starts that differ much are far from the median that stands above them.
        let mean_ms = mean(middle.iter().map(|&start| starts[start].total_ms));
        let scale = if mean_ms > 0.0 {
            all.total_ms / mean_ms
        } else {
            1.0
        };
        for (n, module) in all.modules.iter_mut().enumerate() {
            module.self_ms = mean(middle.iter().map(|&start| times[start][n])) * scale;
            if module.memory_kb.is_some() {
                module.memory_kb = Some(median_of(memory.iter().map(|start| start[n])));
            }
        }
        let cpu: Vec<f64> = starts.iter().filter_map(|start| start.cpu_ms).collect();
        all.cpu_ms = median(&cpu);
        let firsts: Vec<f64> = starts.iter().filter_map(|start| start.first_ms).collect();
        all.first_ms = median(&firsts);
        all.error = starts.iter().find_map(|start| start.error.clone());
        all.first_error = starts.iter().find_map(|start| start.first_error.clone());
        Some(Self {
            recording: all,
            times,
            memory,
        })
    }

    /// Makes all times those of plain starts, which only know how long they took: what recording adds or does not see is
    /// spread over the modules by their times. The share by which loading the handler took longer in recorded starts; none:
    /// nothing to go by.
    pub fn scale_to(&mut self, plain: &[Recording]) -> Option<f64> {
        let recorded = self.recording.total_ms;
        let total: Vec<f64> = plain.iter().map(|start| start.total_ms).collect();
        let first: Vec<f64> = plain.iter().filter_map(|start| start.first_ms).collect();
        let plain = median(&total).filter(|plain| *plain > 0.0 && recorded > 0.0)?;
        let scale = plain / recorded;
        let modules = self.recording.modules.iter_mut();
        let of_modules = modules.map(|module| &mut module.self_ms);
        let all = of_modules
            .chain(self.times.iter_mut().flatten())
            .chain(&mut self.recording.cpu_ms);
        for ms in all {
            *ms *= scale;
        }
        self.recording.total_ms = plain;
        self.recording.first_ms = median(&first).or(self.recording.first_ms);
        Some(1.0 / scale - 1.0)
    }

    /// What these modules take together: the median over the starts, ms.
    pub fn ms(&self, of: &[bool]) -> f64 {
        median_of(self.times.iter().map(|start| sum(start, of)))
    }

    /// What the process grew by for them, KB; none where that could not be seen.
    pub fn memory_kb(&self, of: &[bool]) -> Option<f64> {
        let known = self
            .recording
            .modules
            .iter()
            .any(|module| module.memory_kb.is_some());
        known.then(|| median_of(self.memory.iter().map(|start| sum(start, of))))
    }
}

fn sum(figures: &[f64], of: &[bool]) -> f64 {
    // Not `sum`: of nothing that is -0.
    let those = figures.iter().zip(of).filter(|(_, is)| **is);
    those.fold(0.0, |sum, (figure, _)| sum + figure)
}

/// The starts that are neither among the fastest nor among the slowest quarter.
fn middle_half(starts: &[Recording]) -> Vec<usize> {
    let mut all: Vec<usize> = (0..starts.len()).collect();
    all.sort_by(|&a, &b| starts[a].total_ms.total_cmp(&starts[b].total_ms));
    let quarter = starts.len() / 4;
    all[quarter..starts.len() - quarter].to_vec()
}

fn mean(figures: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = figures.len();
    figures.sum::<f64>() / n as f64
}

fn median_of(figures: impl Iterator<Item = f64>) -> f64 {
    median(&figures.collect::<Vec<_>>()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests;
