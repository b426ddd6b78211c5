//! The plugin as its host sees it.

#[cfg(test)]
mod full_record;
#[cfg(test)]
mod host;
#[cfg(test)]
mod real_records;
#[cfg(test)]
mod small_record;
