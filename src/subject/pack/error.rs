//! Why a package can't be packed.

use std::path::PathBuf;

/// Why a package can't be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// There is nothing at the path.
    #[error("{}: no such file or folder", .0.display())]
    NotFound(PathBuf),
    /// Something in it can't be read.
    #[error("packing {}: reading {}: {why}", package.display(), path.display())]
    Read {
        /// The package.
        package: PathBuf,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        why: std::io::Error,
    },
    /// A file that is not a zip.
    #[error("{} is not a zip file: {why}", path.display())]
    NotAZip {
        /// The file.
        path: PathBuf,
        /// The zip reader's reason.
        why: String,
    },
    /// Nothing in it.
    #[error("{}: there is no file in it", .0.display())]
    Empty(PathBuf),
    /// A symbolic link leads out of the folder.
    #[error("packing {}: the symbolic link {} leads out of it, to {}", package.display(), link.display(), target.display())]
    LeadsOut {
        /// The package.
        package: PathBuf,
        /// The link.
        link: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A symbolic link leads nowhere.
    #[error("packing {}: the symbolic link {} leads nowhere", package.display(), link.display())]
    Dangling {
        /// The package.
        package: PathBuf,
        /// The link.
        link: PathBuf,
    },
    /// A symbolic link leads back to a folder around it.
    #[error("packing {}: the symbolic link {} leads back to {}", package.display(), link.display(), target.display())]
    Loop {
        /// The package.
        package: PathBuf,
        /// The link.
        link: PathBuf,
        /// The folder around it.
        target: PathBuf,
    },
    /// A socket, a pipe, a device.
    #[error("packing {}: {} is neither a file nor a folder", package.display(), path.display())]
    Special {
        /// The package.
        package: PathBuf,
        /// What is not a file.
        path: PathBuf,
    },
    /// A name that a zip can't hold.
    #[error("packing {}: the name {} is not UTF-8", package.display(), path.display())]
    Name {
        /// The package.
        package: PathBuf,
        /// The file.
        path: PathBuf,
    },
    /// Lambda would not take it.
    #[error("packing {}: its files have {bytes} bytes, more than Lambda's 250 MB", package.display())]
    TooLarge {
        /// The package.
        package: PathBuf,
        /// The sum so far.
        bytes: u64,
    },
    /// The zip can't be written.
    #[error("packing {}: writing {}: {why}", package.display(), path.display())]
    Write {
        /// The package.
        package: PathBuf,
        /// The zip.
        path: PathBuf,
        /// The reason.
        why: String,
    },
}

impl PackError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::NotFound(_) => "check the path; a function on AWS is named without a / in it",
            Self::NotAZip { .. } => "give a folder, or a zip as it is uploaded to Lambda",
            Self::Empty(_) => {
                "build the package first, or give the folder that holds the handler's module"
            }
            Self::LeadsOut { .. } => {
                "copy what it leads to into the folder: on AWS the link would lead nowhere"
            }
            Self::Dangling { .. } | Self::Loop { .. } | Self::Special { .. } => {
                "remove it from the package"
            }
            Self::Name { .. } => "rename the file",
            Self::TooLarge { .. } => {
                "give the folder of the built package, without what it is built from"
            }
            Self::Read { .. } | Self::Write { .. } => return None,
        };
        Some(text.to_owned())
    }
}
