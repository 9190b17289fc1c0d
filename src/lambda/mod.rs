//! The Lambda API as this program needs it; the only room that imports the SDK.
