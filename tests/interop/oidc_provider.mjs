// oidc-provider, a certified OpenID provider for Node, as the enterprise's IdP: its own pages, keys and defaults.
import { generateKeyPairSync } from 'node:crypto'
import Provider from 'oidc-provider'
import { hear, say } from './conversation.mjs'

const { port, clients, people } = await hear()
const issuer = `http://localhost:${port}`
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

console.warn = console.info = () => {} // it warns of its own development pages, which is what this is about
const provider = new Provider(issuer, {
  clients,
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'peer' }] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: false, // Agent0 reads the person's name from the ID Token
  features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true } },
  // It calls no address of a private network unless its fetch is another: the demo lives on loopback.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  findAccount: (_, sub) => people[sub] && { accountId: sub, claims: () => ({ sub, ...people[sub] }) },
})

const server = provider.listen(port, '127.0.0.1', async () => {
  say({ issuer })
  await hear()
  server.closeAllConnections()
  server.close()
})
