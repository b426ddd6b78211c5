use super::{Export, parse};
use crate::raw::indexer::exports::repono::plugin::indexer::{Guest, Index};
use crate::raw::types;
use crate::{Call, Indexer, log};

impl<P: Indexer> Guest for Export<P> {
    fn describe() -> Vec<Index> {
        log::panics();
        P::indexes()
            .into_iter()
            .map(|index| Index {
                collection: index.collection,
                mapping: index.mapping.to_string(),
                version: index.version,
                ext: None,
            })
            .collect()
    }

    fn transform(
        context: types::CallContext,
        collection: String,
        docs: Vec<types::Doc>,
    ) -> Result<Vec<Result<String, String>>, types::Failure> {
        log::panics();
        let call = Call::from(context);
        docs.iter()
            .map(|doc| {
                let record = parse(&doc.body)?;
                Ok(P::transform(&call, &collection, record).map(|document| document.to_string()))
            })
            .collect()
    }
}
