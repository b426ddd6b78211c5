mod failing;
mod granted;
mod swap;
