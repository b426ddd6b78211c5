//! Who is there.

use harness::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_a_database_of_its_own_is_the_only_node_and_tells_nobody() {
    let app = TestApp::new().await;

    let nodes = app.admin.get("/api/admin/nodes").await.expect(200).json();

    let nodes = nodes["hits"]["hits"].as_array().unwrap().clone();
    assert_eq!(nodes.len(), 1, "{nodes:?}");
    assert_eq!(nodes[0]["id"], app.app.services.node.id.as_str());
    assert_eq!(nodes[0]["alive"], true);
    assert_eq!(nodes[0]["in_line"], true);
    assert_eq!(app.app.services.database.nodes().await.unwrap(), []);
    app.alice.get("/api/admin/nodes").await.expect(403);
}
