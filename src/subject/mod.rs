//! What is measured: naming it, and packing a folder so that staging loses nothing.
