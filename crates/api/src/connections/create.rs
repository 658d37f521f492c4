//! `POST /connections`

use actix_web::{post, web};
use syncline_domain::OrganizationId;
use syncline_domain::health::Health;
use syncline_store::connections::NewConnection;

use super::input::CreateConnectionBody;
use super::provider::{find_manifest, fit_config, models};
use super::view::ConnectionView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Body, Write};
use crate::problem::Problem;

/// Create a connection
///
/// The config is checked against the provider's `connection_specification`; a model is made for
/// each of the provider's streams, and enabled for reading if it is supported. Streams that only
/// the provider can tell become models when the connection is checked.
#[utoipa::path(
    tag = "connections",
    request_body(content = CreateConnectionBody, description = "The connection to be made."),
    responses((status = 201, description = "The connection, with its models.", body = ConnectionView))
)]
#[post("/connections")]
pub async fn create_connection(
    api: web::Data<Api>,
    write: Write<Body<CreateConnectionBody>>,
) -> Result<Answer, Problem> {
    write.change.caller.insist_on_all_connections()?;
    let Body(body) = write.body;
    let (new, health) = plan(&api, write.change.caller.organization_id, body).await?;
    write
        .change
        .run(&api, move |tx| {
            let mut connection = tx.insert_connection(new)?;
            if let Some(health) = health {
                tx.update_connection_health(connection.id, &health)?;
                connection.health = health;
            }
            let location = format!("/v2/integrations/connections/{}", connection.id);
            let view = ConnectionView::with_models(tx, connection)?;
            Ok(Answer::created(&view)?.header("Location", location))
        })
        .await
}

async fn plan(
    api: &web::Data<Api>,
    organization_id: OrganizationId,
    body: CreateConnectionBody,
) -> Result<(NewConnection, Option<Health>), Problem> {
    let CreateConnectionBody {
        provider_name,
        name,
        api_url,
        is_on_premise,
        company,
        environment,
        config,
    } = body;
    let manifest = find_manifest(&api.registry, &provider_name)?;
    let given = config.unwrap_or_default();
    let (config, secrets) = fit_config(&manifest, given.clone())?;
    let health = manifest.needs_discovery().then(|| Health {
        message: Some("its streams are found when it is checked".to_owned()),
        suggested_resolution: Some("Check the connection.".to_owned()),
        ..Health::default()
    });
    let models = web::block(move || models(&manifest.of_connection(&given)))
        .await
        .map_err(Problem::internal)?;
    let new = NewConnection {
        organization_id,
        name,
        provider_name,
        api_url,
        is_on_premise: is_on_premise.unwrap_or(false),
        company,
        environment,
        config,
        secrets,
        models,
    };
    Ok((new, health))
}
