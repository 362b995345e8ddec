// Fedify's own signing and checking, with no node around it: requests under both schemes, and integrity proofs.

import {
  generateCryptoKeyPair,
  getDocumentLoader,
  signObject,
  signRequest,
  verifyObject,
  verifyRequest,
} from "@fedify/fedify";
import { Activity, CryptographicKey, Multikey } from "@fedify/vocab";

const PAIRS = {
  RSA: await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"),
  Ed25519: await generateCryptoKeyPair("Ed25519"),
};
const contexts = getDocumentLoader();

/** Whoever asks for a key gets the one document that the test has given. */
const offering = (document) => async (url) => ({ document, documentUrl: url, contextUrl: null });

export const signing = {
  /** Fedify's public keys: of RSA as PEM, of Ed25519 as a Multikey. */
  async keys({ owner }) {
    const rsa = new CryptographicKey({ owner: new URL(owner), publicKey: PAIRS.RSA.publicKey });
    const ed25519 = new Multikey({ controller: new URL(owner), publicKey: PAIRS.Ed25519.publicKey });
    return {
      publicKeyPem: (await rsa.toJsonLd({ contextLoader: contexts })).publicKeyPem,
      publicKeyMultibase: (await ed25519.toJsonLd({ contextLoader: contexts })).publicKeyMultibase,
    };
  },

  async signRequest({ method, url, body, headers, keyId, spec }) {
    const request = new Request(url, { method, headers, body: body ?? undefined });
    const signed = await signRequest(request, PAIRS.RSA.privateKey, new URL(keyId), { spec });
    return Object.fromEntries(signed.headers);
  },

  /** The id of the key that signed a request, or null if Fedify does not believe it. */
  async verifyRequest({ method, url, body, headers, key }) {
    const request = new Request(url, { method, headers, body: body ?? undefined });
    const options = { documentLoader: offering(key), contextLoader: contexts };
    return (await verifyRequest(request, options))?.id?.href ?? null;
  },

  async prove({ document, keyId }) {
    const activity = await Activity.fromJsonLd(document, { documentLoader: contexts, contextLoader: contexts });
    const proven = await signObject(activity, PAIRS.Ed25519.privateKey, new URL(keyId), { contextLoader: contexts });
    return await proven.toJsonLd({ format: "compact", contextLoader: contexts });
  },

  /** Whether Fedify believes a document's proof. */
  async believe({ document, key }) {
    const options = { documentLoader: offering(key), contextLoader: contexts };
    return (await verifyObject(Activity, document, options)) !== null;
  },
};
