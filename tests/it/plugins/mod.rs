mod failing;
mod swap;
