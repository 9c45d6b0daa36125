//! Programs: jq, as jaq runs it, for `transform`.
//!
//! A program sees one row and its variables, and gives rows. It has no way to the environment, the clock, files or
//! other rows: what could go there is not compiled in. It is bounded in rows, in time and in memory.

mod fault;
mod guard;
mod guarding;
mod library;
mod run;

#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use jaq_core::{
    Compiler,
    compile::Undefined,
    data::JustLut,
    load::{Arena, File, Lexer, Loader, Parser, lex::Token, parse::Def, parse::Term},
};
use jaq_json::Val;

pub use fault::ProgramFault;
pub use run::{ProgramError, Variables};

/// The variables of a program, in the order in which they are bound.
const VARIABLES: [&str; 5] = ["$body", "$parent", "$each", "$inputs", "$run"];

/// The name under which a program is compiled.
const MAIN: &str = "restload_main";

type Data = JustLut<Val>;
type Compiled = jaq_core::Filter<Data>;

/// A program, compiled.
#[derive(Clone)]
pub struct Program {
    text: Arc<str>,
    uses: VariablesUsed,
    compiled: Arc<Compiled>,
}

/// Which variables a program mentions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each variable, and they are independent")]
pub struct VariablesUsed {
    /// `$body`
    pub body: bool,
    /// `$parent`
    pub parent: bool,
    /// `$each`
    pub each: bool,
    /// `$inputs`
    pub inputs: bool,
    /// `$run`
    pub run: bool,
}

impl Program {
    /// Compiles a program, or tells all that is wrong with it.
    ///
    /// ```
    /// use restload_spec::{Program, Variables};
    /// let program = Program::parse("to_entries[] | {currency: .key, amount: .value}").unwrap();
    /// let rows = program.run(&[br#"{"USD": 5.10, "EUR": 35}"#], &Variables::default()).unwrap();
    /// assert_eq!(rows[0][0], br#"{"currency":"USD","amount":5.10}"#);
    /// ```
    pub fn parse(text: &str) -> Result<Self, Vec<ProgramFault>> {
        if let Some(fault) = fault::of_size(text).or_else(|| fault::of_module(text)) {
            return Err(vec![fault]);
        }
        // Parser and compiler recurse on whatever nests, and a program may nest deeper than the stack at hand.
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(guard::STACK);
            let parsed = thread
                .spawn_scoped(scope, || Self::parse_here(text))
                .map(std::thread::ScopedJoinHandle::join);
            match parsed {
                Ok(Ok(parsed)) => parsed,
                _ => Err(vec![fault::of_thread(text)]),
            }
        })
    }

    fn parse_here(text: &str) -> Result<Self, Vec<ProgramFault>> {
        let term = parse_term(text)?;
        let arena = Arena::default();
        let uses = uses(text, &arena, term.clone())?;
        let compiled = compile(&arena, term, &VARIABLES).map_err(|undefined| faults(text, &undefined))?;
        Ok(Self { text: text.into(), uses, compiled: Arc::new(compiled) })
    }

    /// The program as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Which variables the program mentions; the others need not be made.
    pub fn uses(&self) -> VariablesUsed {
        self.uses
    }

    /// Runs the program over rows, each JSON text, and gives for each its rows as JSON text.
    ///
    /// Numbers that the program only hands on keep their digits, keys their order. One row becomes at most 10,000
    /// rows and takes at most 10 s and 5,000,000 turns of loops and functions, and no text or list becomes larger than 64 MB; the thread of a row that takes longer is left behind. The first error ends it.
    pub fn run(&self, rows: &[&[u8]], variables: &Variables<'_>) -> Result<Vec<Vec<Vec<u8>>>, ProgramError> {
        run::run(&self.compiled, rows, variables, run::Limits::DEFAULT)
    }

    /// The same over the rows of a sample, for which there is less time: an editor waits for it.
    pub fn try_on(
        &self,
        rows: &[&[u8]],
        variables: &Variables<'_>,
    ) -> Result<Vec<Vec<Vec<u8>>>, ProgramError> {
        run::run(&self.compiled, rows, variables, run::Limits::OF_SAMPLE)
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Program").field(&self.text).finish()
    }
}

impl PartialEq for Program {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

fn parse_term(text: &str) -> Result<Term<&str>, Vec<ProgramFault>> {
    let tokens = Lexer::new(text).lex();
    let tokens = tokens.map_err(|errors| {
        // Behind a bracket that is closed otherwise nothing fits any more.
        let last = errors.iter().position(fault::is_open).map_or(errors.len(), |open| open + 1);
        errors[..last].iter().map(|error| fault::of_lexer(text, error)).collect::<Vec<_>>()
    })?;
    let parsed = Parser::new(&tokens).parse(Parser::term);
    parsed.map_err(|errors| {
        let faults = errors.iter().map(|(expected, found)| {
            let found = found.map(Token::as_str);
            fault::of_parser(text, expected, found)
        });
        faults.collect()
    })
}

/// Which variables are used is known by compiling without them; everything else that is undefined then is a fault.
fn uses<'t>(
    text: &'t str,
    arena: &'t Arena,
    term: Term<&'t str>,
) -> Result<VariablesUsed, Vec<ProgramFault>> {
    let Err(undefined) = compile(arena, term, &[]) else { return Ok(VariablesUsed::default()) };
    let is_variable =
        |name: &str, kind: &Undefined| matches!(kind, Undefined::Var) && VARIABLES.contains(&name);
    let (used, unknown): (Vec<_>, Vec<_>) =
        undefined.into_iter().partition(|(name, kind)| is_variable(name, kind));
    if !unknown.is_empty() {
        return Err(faults(text, &unknown));
    }
    let uses = |name: &str| used.iter().any(|(used, _)| *used == name);
    let [body, parent, each, inputs, run] = VARIABLES.map(uses);
    Ok(VariablesUsed { body, parent, each, inputs, run })
}

fn faults(text: &str, undefined: &[(&str, Undefined)]) -> Vec<ProgramFault> {
    undefined.iter().map(|(name, kind)| fault::of_undefined(text, name, kind)).collect()
}

/// Compiles a program behind the library; it is a definition itself, since that is how it can be guarded.
fn compile<'t>(
    arena: &'t Arena,
    term: Term<&'t str>,
    variables: &[&'static str],
) -> Result<Compiled, Vec<(&'t str, Undefined)>> {
    let mut guarding = guarding::Guarding::default();
    let body = guarding.nested(term);
    let mut definitions = library::definitions(&guarding.called);
    definitions.push(Def { name: MAIN, args: Vec::new(), body });
    let main = File { code: MAIN, path: () };
    let undefined = |_| Vec::new();
    let modules = Loader::new(definitions).load(arena, main).map_err(undefined)?;
    let compiler =
        Compiler::default().with_funs(library::natives()).with_global_vars(variables.iter().copied());
    compiler
        .compile(modules)
        .map_err(|errors| errors.into_iter().flat_map(|(_, undefined)| undefined).collect())
}
