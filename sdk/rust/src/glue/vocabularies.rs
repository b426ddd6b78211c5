use super::Export;
use crate::raw::vocabularies::exports::repono::plugin::vocabularies::{Guest, Vocabulary};
use crate::{Vocabularies, log};

impl<P: Vocabularies> Guest for Export<P> {
    fn describe() -> Vec<Vocabulary> {
        log::panics();
        P::vocabularies()
            .into_iter()
            .map(|vocabulary| Vocabulary {
                name: vocabulary.name,
                title: vocabulary.title,
                entries: vocabulary.entries,
            })
            .collect()
    }

    fn entries(vocabulary: String, offset: u32, limit: u32) -> Vec<String> {
        log::panics();
        P::entries(&vocabulary, offset as usize, limit as usize)
    }
}
