//! What to try.

use super::server::Server;
use crate::terminal::print as line;

pub(super) fn print(server: &Server, token: &str) {
    let (program, data, address) = (server.program(), server.data(), &server.address);
    let api = format!("http://{address}/api");
    line(&format!(
        "
Repono is at http://{address}
Token of an administrator: {token}

Five things to try:

1. Find records, with facets:
   curl '{api}/records?q=muon&size=3'

2. Search another institution's schema by its own fields:
   curl '{api}/biotools?q=alignment&sort=name&size=3'

3. Deposit a record and see every problem of it:
   curl -H 'authorization: Bearer {token}' -H 'content-type: application/json' \\
     -d '{{\"metadata\": {{\"title\": \"A\"}}, \"files\": {{\"enabled\": false}}}}' '{api}/records'

4. See what plugins are in force:
   {program} plugin list --data {data}

5. Have one of them score how complete the records are, and look at the result:
   {program} task run completeness.score '{{\"collection\": \"records\"}}' --data {data}
   {program} task list --data {data}

README.md has a tour that goes further. Ctrl-C ends the server; the records stay in {data}."
    ));
}
