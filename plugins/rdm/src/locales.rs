//! Languages that a text may be written in.

/// ISO 639-1.
const LANGUAGES: &str = " aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co \
    cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho \
    hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la \
    lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or \
    os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te \
    tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ";

/// Whether it names a language, with or without a region: `en`, `pt-BR`.
pub(crate) fn is_locale(tag: &str) -> bool {
    let (language, region) = tag.split_once(['-', '_']).unwrap_or((tag, "XX"));
    is_language(language)
        && (2..=8).contains(&region.len())
        && region.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_language(code: &str) -> bool {
    code.len() == 2 && !code.contains(' ') && LANGUAGES.contains(&format!(" {code} "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_known_with_and_without_region() {
        for tag in ["en", "zu", "pt-BR", "zh_Hant"] {
            assert!(is_locale(tag), "{tag}");
        }
        for tag in ["", "xx", "EN", "english", "en-", "a ", "  "] {
            assert!(!is_locale(tag), "{tag}");
        }
    }
}
