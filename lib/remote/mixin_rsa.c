/* mixin_rsa.c: what the oldest bots do with their RSA session key.
 * SPDX-License-Identifier: ISC */
#include "remote/mixin_rsa.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/crypt.h"

enum { LEAST_BITS = 1024, MOST_BITS = 8192, LARGEST = MOST_BITS / 8 };

/* Without it OpenSSL would ask for a password at the terminal. */
static int
password_refuse(char *room, int size, int writing, void *context)
{
    (void)room, (void)size, (void)writing, (void)context;
    return -1;
}

/* NULL where there is no private key in it. */
static EVP_PKEY *
key_open(const char *pem)
{
    BIO      *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, password_refuse, NULL);

    BIO_free(bio);
    return key;
}

bool
mixin_rsa_check(const char *pem, struct error *err)
{
    EVP_PKEY *key = key_open(pem);
    bool      rsa = key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
    int       bits = rsa ? EVP_PKEY_get_bits(key) : 0;
    bool      unread = key == NULL;

    EVP_PKEY_free(key);
    if (unread)
        return fail(err, ERROR_INPUT, "The PEM text is damaged, encrypted, or not a private key.");
    if (!rsa)
        return fail(err, ERROR_INPUT, "The PEM text holds a key that is not an RSA key.");
    if (bits < LEAST_BITS || bits > MOST_BITS)
        return fail(err, ERROR_INPUT, "The RSA key has %d bits, which no bot's key has.", bits);
    return true;
}

static bool
digest_sign(EVP_PKEY *key, const void *bytes, size_t length, unsigned char *signature,
        size_t *signature_length)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool        done = context != NULL && key != NULL
            && EVP_DigestSignInit(context, NULL, EVP_sha512(), NULL, key) == 1
            && EVP_DigestSign(context, signature, signature_length, bytes, length) == 1;

    EVP_MD_CTX_free(context);
    return done;
}

bool
mixin_rsa_sign(struct arena *arena, const char *pem, const void *bytes, size_t length,
        unsigned char **signature, size_t *signature_length, struct error *err)
{
    EVP_PKEY *key = key_open(pem);
    bool      done;

    *signature = arena_alloc(arena, LARGEST);
    *signature_length = LARGEST;
    done = digest_sign(key, bytes, length, *signature, signature_length);
    EVP_PKEY_free(key);
    return done || fail(err, ERROR_INTERNAL, "The request cannot be signed with the RSA key.");
}

/* The context owns its copy of the label once it was taken. */
static bool
label_set(EVP_PKEY_CTX *context, const char *label)
{
    char *copy = OPENSSL_strdup(label);

    if (copy != NULL
            && EVP_PKEY_CTX_set0_rsa_oaep_label(context, copy, (int)strlen(label)) > 0)
        return true;
    OPENSSL_free(copy);
    return false;
}

static bool
oaep_open(EVP_PKEY_CTX *context, const char *label, const unsigned char *wrapped, size_t length,
        unsigned char *plain, size_t *plain_length)
{
    return EVP_PKEY_decrypt_init(context) > 0
            && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0
            && EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0
            && EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) > 0
            && label_set(context, label)
            && EVP_PKEY_decrypt(context, plain, plain_length, wrapped, length) > 0;
}

bool
mixin_rsa_unwrap(const char *pem, const unsigned char *wrapped, size_t length,
        const char *session_id, unsigned char key[static MIXIN_KEY], struct error *err)
{
    EVP_PKEY     *rsa = key_open(pem);
    EVP_PKEY_CTX *context = rsa == NULL ? NULL : EVP_PKEY_CTX_new(rsa, NULL);
    unsigned char plain[LARGEST];
    size_t        plain_length = sizeof plain;
    bool          done = context != NULL
            && oaep_open(context, session_id, wrapped, length, plain, &plain_length)
            && plain_length == MIXIN_KEY;

    if (done)
        memcpy(key, plain, MIXIN_KEY);
    crypt_wipe(plain, sizeof plain);
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(rsa);
    return done
            || fail(err, ERROR_INPUT, "The pin_token was not made for this key and session_id.");
}
