//! One scenario, tortured and then played in peace.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use restload_store::FAIL_POINTS;

use super::api::Running;
use super::kept::Kept;
use super::kill::{End, Ended};
use super::peace::{self, Tables};
use super::scenario::Moves;
use super::{Program, Scenario, Settings, Summary};
use crate::faults::{Chance, Front, Kind, Schedule};
use crate::leak;

/// A load that is not through after so many runs gets nowhere.
const MOST_RUNS: u32 = 60;

/// Plays a scenario; the figures, and what is wrong, go to the summary.
pub(super) fn play(
    scenario: &Scenario,
    settings: &Settings,
    seed: u64,
    summary: &mut Summary,
) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let spec = folder.path().join(format!("{}.yaml", scenario.spec));
    std::fs::write(&spec, &scenario.text).map_err(|error| error.to_string())?;
    let running = scenario.serve()?;
    let start = if scenario.secure { Front::start_secure } else { Front::start };
    let front = start(running.behind()?, Schedule::none()).map_err(|error| error.to_string())?;
    let base_url = format!("{}{}", front.origin(), scenario.path);
    let mut chance = Chance::new(seed);
    let checkpoint = ["1ms", "20ms", "100ms", "10s"][usize::try_from(chance.below(4)).unwrap_or_default()];
    let program = |out: &str| Program {
        binary: settings.program.clone(),
        spec: spec.clone(),
        out: folder.path().join(out),
        base_url: base_url.clone(),
        more: ["--memory", "64MiB", "--checkpoint", checkpoint].map(str::to_owned).to_vec(),
        key: (format!("{}_API_KEY", scenario.spec.to_uppercase()), scenario.key.to_owned()),
        said: folder.path().join(format!("{out}.said")),
    };
    let mut round = Round {
        scenario,
        settings,
        chance,
        war: program("war"),
        peace: program("peace"),
        front,
        running,
        seed,
        took: Duration::ZERO,
        needed: BTreeSet::new(),
        points: Vec::new(),
        ends: Vec::new(),
        summary,
    };
    round.summary.rounds += 1;
    round.measure(&program("first"))?;
    round.draw_points();
    let mut load = 0;
    while load < scenario.loads || !round.points.is_empty() {
        if !round.load(load)? {
            break;
        }
        load += 1;
    }
    Ok(())
}

struct Round<'a> {
    scenario: &'a Scenario,
    settings: &'a Settings,
    chance: Chance,
    war: Program,
    peace: Program,
    front: Front,
    running: Running,
    seed: u64,
    /// What a run in peace takes.
    took: Duration,
    /// What a run in peace asks.
    needed: BTreeSet<String>,
    /// Fail points that no run has met yet.
    points: Vec<String>,
    /// How the runs of the load were to end, and did.
    ends: Vec<(End, Ended)>,
    summary: &'a mut Summary,
}

impl Round<'_> {
    fn wrong(&mut self, what: &str) {
        let place = format!("{} (seed {})", self.scenario.name, self.seed);
        self.summary.wrong.push(format!("{place}: {what}"));
    }

    /// How long a run takes, so that kills fall into all of it.
    fn measure(&mut self, first: &Program) -> Result<(), String> {
        let (ended, took) = first.run(&End::Itself)?;
        self.took = took;
        if ended != Ended::Exit(0) {
            self.wrong(&format!("a run in peace ended with {ended:?}\n{}", first.said()));
        }
        let _ = std::fs::remove_dir_all(&first.out);
        self.front.take_done();
        Ok(())
    }

    /// One load: tortured, then in peace, then compared. False where it did not get through.
    fn load(&mut self, load: u32) -> Result<bool, String> {
        let last = load + 1 >= self.scenario.loads;
        if load > 0 {
            self.grow();
        }
        let moves = self.scenario.moves != Moves::No && !last;
        let mut states = vec![self.items()];
        let (seed, (kinds, handshakes)) = (self.chance.below(u64::MAX), self.kinds());
        self.front.set_schedule(Schedule::new(seed, 150, 2, kinds).with_handshakes(handshakes));
        let before = peace::tables(&self.war.folder(self.scenario.spec))?;
        self.ends.clear();
        let mut runs = 0;
        let last_kept;
        let mut plan = self.plan(load);
        loop {
            runs += 1;
            let kept = Kept::read(&self.war.folder(self.scenario.spec))?;
            self.front.take_asked();
            let end = plan.pop().unwrap_or(End::Itself);
            let (ended, _) = self.war.run(&end)?;
            self.note(&end, ended);
            self.ends.push((end.clone(), ended));
            if ended == Ended::Exit(0) {
                last_kept = kept;
                break;
            }
            if !self.may_end_so(&end, ended) || !self.holds(&before)? {
                return Ok(false);
            }
            if runs == MOST_RUNS {
                self.wrong(&format!("not through after {runs} runs\n{}", self.war.said()));
                return Ok(false);
            }
            if moves && self.chance.percent(60) {
                self.grow();
                states.push(self.items());
            }
        }
        self.summary.loads += 1;
        let asked = self.front.take_asked();
        self.count();
        self.front.set_schedule(Schedule::none());
        let sound = self.compare(moves, &states)?;
        if states.len() == 1 {
            self.asked_again(&asked, last_kept.as_ref());
        }
        Ok(sound)
    }

    /// The ends that the runs of a load are to have, the last one first.
    fn plan(&mut self, load: u32) -> Vec<End> {
        let mut ends: Vec<End> = self.points.pop().map(End::FailAt).into_iter().collect();
        let kills = match (load < self.scenario.loads, self.scenario.heavy) {
            (true, false) => 2 + self.chance.below(4),
            (true, true) => 1 + self.chance.below(3),
            // A load for the sake of a fail point.
            (false, _) => self.chance.below(2),
        };
        for _ in 0..kills {
            let most = u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX);
            let after = Duration::from_micros(self.chance.below(most + most / 10));
            let interrupts = self.chance.percent(12);
            ends.push(if interrupts { End::Interrupt(after) } else { End::Kill(after) });
        }
        if self.chance.percent(50) {
            ends.reverse();
        }
        ends
    }

    /// Chooses the fail points of this round: all of them, first and second time, or as many as are asked for.
    fn draw_points(&mut self) {
        let mut all: Vec<String> =
            FAIL_POINTS.iter().flat_map(|(step, _)| [1, 2].map(|time| format!("{step}:{time}"))).collect();
        let most = self.settings.fail_points.unwrap_or(all.len());
        let most = if self.scenario.heavy { most.min(4) } else { most };
        while self.points.len() < most && !all.is_empty() {
            let at = usize::try_from(self.chance.below(all.len() as u64)).unwrap_or_default();
            self.points.push(all.swap_remove(at));
        }
    }

    /// Faults of answers and of handshakes; those that end a run only where a run is cheap: each costs one.
    fn kinds(&mut self) -> (&'static [Kind], &'static [Kind]) {
        let all = !self.scenario.heavy && self.chance.percent(50);
        if all { (&Kind::ALL, &Kind::HANDSHAKE) } else { (&Kind::PASSING, &[Kind::HandshakeCut]) }
    }

    fn note(&mut self, end: &End, ended: Ended) {
        self.summary.runs += 1;
        match (end, ended) {
            (End::Kill(_), Ended::Killed) => self.summary.kills += 1,
            (End::Interrupt(_), Ended::Killed | Ended::Exit(130)) => self.summary.interrupts += 1,
            (End::FailAt(_), Ended::Killed) => self.summary.fail_points += 1,
            (_, Ended::Exit(0)) => {}
            _ => self.summary.failed += 1,
        }
    }

    /// A run ends as it was made to, or fails for a fault; nothing else.
    fn may_end_so(&mut self, end: &End, ended: Ended) -> bool {
        // A signal that comes before the program hears signals kills it.
        let may = match ended {
            Ended::Killed => *end != End::Itself,
            Ended::Exit(130) => matches!(end, End::Interrupt(_)),
            Ended::Exit(code) => (3..=5).contains(&code),
            Ended::Hangs => false,
        };
        if !may {
            let said = self.war.said();
            self.wrong(&format!("it was to end by {end:?} and ended with {ended:?}\n{said}"));
        }
        may
    }

    /// What a reader of the record sees after an early end is what was there before, unless it was committed.
    fn holds(&mut self, before: &(Tables, Option<u64>)) -> Result<bool, String> {
        if self.scenario.heavy {
            return Ok(true);
        }
        for leak in self.leaks() {
            self.wrong(&leak);
        }
        let now = peace::tables(&self.war.folder(self.scenario.spec))?;
        if now.1 == before.1 && now.0 != before.0 {
            self.wrong("a run that was killed changed a table without a record");
            return Ok(false);
        }
        Ok(true)
    }

    /// Secrets in what was written, printed included.
    fn leaks(&self) -> Vec<String> {
        let secrets = [self.scenario.key.to_owned()];
        let mut leaks = leak::below(&self.war.out, &secrets);
        let said = self.war.said();
        leaks.extend(
            leak::found(said.as_bytes(), self.scenario.key)
                .iter()
                .map(|form| format!("a secret ({form}) is printed:\n{said}")),
        );
        leaks
    }

    fn count(&mut self) {
        let done = self.front.take_done();
        self.summary.requests += done.requests.len() as u64;
        for (kind, count) in done.faults {
            *self.summary.faults.entry(kind).or_default() += count;
        }
        for trouble in done.troubles {
            self.wrong(&trouble);
        }
    }

    /// What the run that came to the end asked though it was durable: a page of each walk that was open, no more.
    fn asked_again(&mut self, asked: &BTreeSet<String>, kept: Option<&Kept>) {
        let Some(kept) = kept else { return };
        self.summary.resumed += 1;
        self.summary.taken_over += kept.pages;
        let left = (self.needed.len() as u64).saturating_sub(kept.pages);
        let again = (asked.len() as u64).saturating_sub(left);
        self.summary.asked_again += again;
        self.summary.promised += kept.open;
        if again > kept.open {
            let (needed, made) = (self.needed.len(), asked.len());
            let said = self.war.said();
            self.wrong(&format!(
                "{} pages were durable, {} walks open; {needed} requests are needed, and {made} were made: {again} again\n\
                 {asked:?}\n{:?}\n{said}",
                kept.pages, kept.open, self.ends,
            ));
        }
    }

    fn grow(&mut self) {
        if let Running::Lists(lists) = &self.running {
            lists.grow(&mut self.chance, self.scenario.moves == Moves::Change);
        }
    }

    fn items(&self) -> Vec<String> {
        match &self.running {
            Running::Lists(lists) => lists.items(),
            Running::Fake(_) => Vec::new(),
        }
    }

    /// The same load in peace, in a folder of its own, and what both left.
    fn compare(&mut self, moved: bool, states: &[Vec<String>]) -> Result<bool, String> {
        let (ended, _) = self.peace.run(&End::Itself)?;
        self.needed = self.front.take_asked();
        self.front.take_done();
        if ended != Ended::Exit(0) {
            let said = self.peace.said();
            self.wrong(&format!("a run in peace ended with {ended:?}\n{said}"));
            return Ok(false);
        }
        let spec = self.scenario.spec;
        for broken in peace::broken(&self.war.folder(spec), &self.war.out, self.scenario.key)? {
            self.wrong(&broken);
        }
        let war = peace::tables(&self.war.folder(spec))?.0;
        if moved {
            // What was read before the list moved may stand: it is a state that the list had.
            return Ok(self.is_a_state(&war, states));
        }
        let peace = peace::tables(&self.peace.folder(spec))?.0;
        let (compared, lost, doubled, wrong) = peace::compare(&peace, &war);
        self.summary.compared += compared;
        self.summary.lost += lost;
        self.summary.doubled += doubled;
        for fault in &wrong {
            self.wrong(fault);
        }
        Ok(wrong.is_empty())
    }

    /// Where one walk read one list, the table is a state that the list was in while the load was open.
    fn is_a_state(&mut self, war: &Tables, states: &[Vec<String>]) -> bool {
        if !self.scenario.name.starts_with("moving") || self.scenario.name.ends_with("append") {
            return true;
        }
        let Some(table) = war.get("items") else { return true };
        let multiset = |rows: &Vec<String>| {
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for row in rows {
                *counts.entry(row.clone()).or_default() += 1;
            }
            counts
        };
        let rows: u64 = table.values().sum();
        self.summary.compared += rows;
        let found = states.iter().any(|state| multiset(state) == *table);
        if !found {
            let sizes: Vec<usize> = states.iter().map(Vec::len).collect();
            self.wrong(&format!("{rows} rows are no state of the list; its states had {sizes:?} rows"));
        }
        found
    }
}
