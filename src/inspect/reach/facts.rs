//! What one file says about what it loads, before anything is looked up.

/// How certainly, and when, something is loaded; the most certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// As the module is loaded.
    Now,
    /// In a function.
    Late,
    /// Where its absence is caught.
    Guarded,
}

/// What a line loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// `import a.b`, or a call that does the same: `.a.b` is relative to the file's package.
    Module(String),
    /// `from ..a import b, c`; a star is a name too.
    From {
        /// Number of dots.
        level: u32,
        /// After them.
        module: String,
        /// What is taken from it.
        names: Vec<String>,
    },
    /// A text that is a name, whole or up to where it is filled in.
    Text(String),
    /// The start of a name that is made at run time; relative as above.
    Start(String),
    /// A name that is only known at run time.
    Unknown,
    /// The same, and a variable of the environment says it: which, where that can be told.
    FromEnvironment(Option<String>),
    /// A name that is only known at run time is told to a function that may import it.
    Told,
    /// Code that is put together as a text.
    UnknownCode,
    /// Whatever lies below the same package at the top, whoever put it there.
    Beside,
    /// Everything that is installed is looked through.
    Everything,
    /// Entry points of a group, or of any.
    EntryPoints(Option<String>),
    /// What a package lists in `__all__`.
    Listed(String),
    /// Its parts are loaded when somebody asks for them.
    Lazy,
    /// Data that names what it needs is read: pickles.
    Pickle,
    /// Python's path is changed.
    SearchPath,
}

/// One of them, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Position in the text.
    pub at: usize,
    /// What is loaded.
    pub what: What,
    /// How certainly.
    pub when: When,
}
