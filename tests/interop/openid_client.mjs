// openid-client as Agent0: sign-in, token exchange for an ID-JAG, jwt-bearer, one call of the API.
import * as client from 'openid-client'
import { hear, say } from './conversation.mjs'

const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token'
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const { idp, as, resource, redirect_uri, scope } = await hear()
const loopback = { execute: [client.allowInsecureRequests] } // the demo speaks plain http

async function discover({ issuer, client_id, client_secret }, algorithm) {
  return client.discovery(new URL(issuer), client_id, undefined, client.ClientSecretBasic(client_secret), {
    ...loopback,
    algorithm,
  })
}

// What a refusal looks like to this library: its OAuth error, not an exception of its own.
async function attempt(request) {
  try {
    return { answer: await request() }
  } catch (refusal) {
    if (!(refusal instanceof client.ResponseBodyError)) throw refusal
    return { refused: { error: refusal.error, status: refusal.status } }
  }
}

const atIdp = await discover(idp, 'oidc')
const atAs = await discover(as, 'oauth2')

const verifier = client.randomPKCECodeVerifier()
const expected = { pkceCodeVerifier: verifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() }
say({
  authorize: client.buildAuthorizationUrl(atIdp, {
    redirect_uri,
    scope: 'openid email profile',
    state: expected.expectedState,
    nonce: expected.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).href,
})

const { callback } = await hear()
const tokens = await client.authorizationCodeGrant(atIdp, new URL(callback), expected)
say({ claims: tokens.claims() })

let question
while ((question = await hear()) !== null) {
  const { exchange, redeem, call } = question
  if (exchange) {
    say(
      await attempt(() =>
        client.genericGrantRequest(atIdp, TOKEN_EXCHANGE, {
          requested_token_type: ID_JAG,
          audience: as.issuer,
          resource,
          scope,
          subject_token: tokens.id_token,
          subject_token_type: ID_TOKEN,
          ...exchange,
        }),
      ),
    )
  } else if (redeem) {
    say(await attempt(() => client.genericGrantRequest(atAs, JWT_BEARER, redeem)))
  } else if (call) {
    const answer = await client.fetchProtectedResource(atAs, call.access_token, new URL(call.url), 'GET')
    say({ status: answer.status, body: await answer.json() })
  }
}
