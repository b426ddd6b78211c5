use super::{Export, parse};
use crate::raw::exporter::exports::repono::plugin::exporter as raw;
use crate::raw::types;
use crate::{Call, Exporter, Format, log};

impl<P: Exporter> raw::Guest for Export<P> {
    fn describe() -> Vec<raw::Format> {
        log::panics();
        P::formats().into_iter().map(Into::into).collect()
    }

    fn serialise(
        context: types::CallContext,
        format: String,
        docs: Vec<types::Doc>,
    ) -> Result<Vec<Result<Vec<u8>, String>>, types::Failure> {
        log::panics();
        let call = Call::from(context);
        docs.iter().map(|doc| Ok(P::serialise(&call, &format, &parse(&doc.body)?))).collect()
    }
}

impl From<Format> for raw::Format {
    fn from(format: Format) -> Self {
        Self {
            id: format.id,
            media_type: format.media_type,
            extension: format.extension,
            collections: format.collections,
            list: format.list,
            ext: None,
        }
    }
}
