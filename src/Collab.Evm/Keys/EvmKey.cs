using System.Security.Cryptography;
using Collab.Arithmetic.Curves;
using Collab.Arithmetic.Hashing;
using Collab.Primitives;

namespace Collab.Evm.Keys;

/// <summary>The secret key of an account: signs 32-byte hashes with ECDSA over secp256k1; never printed, compared or serialized.</summary>
/// <remarks>
/// The nonce is that of RFC 6979 with SHA-256, so a hash has one signature. Points are multiplied by the system's libcrypto; scalars by <see cref="Secp256k1"/>.
/// Every signature is verified by libcrypto before it is given away. Safe to use from many threads.
/// </remarks>
public sealed class EvmKey : IDisposable
{
    /// <summary>The length of the secret, in bytes.</summary>
    public const int Size = Secp256k1.ScalarSize;

    private readonly SecretBytes _secret;
    private readonly ECPoint _public;

    private EvmKey(SecretBytes secret)
    {
        _secret = secret;
        _public = secret.Use(0, static (bytes, _) => PointOf(bytes));
        Address = AddressOf(_public);
    }

    /// <summary>The account's address: the end of the hash of its public point.</summary>
    public EvmAddress Address { get; }

    /// <summary>A fresh key.</summary>
    public static EvmKey Generate(RandomSource random)
    {
        Span<byte> bytes = stackalloc byte[Size];
        do random.Fill(bytes);
        while (!Secp256k1.IsNonZeroScalar(bytes));                                       // again with probability 2^-128
        return FromSecret(bytes);
    }

    /// <summary>Takes a secret of 32 bytes, big-endian, and zeroes the original.</summary>
    /// <exception cref="ArgumentException">Not from 1 to n − 1.</exception>
    /// <exception cref="CollabException"><see cref="EvmErrors.CurveMissing"/>.</exception>
    public static EvmKey FromSecret(Span<byte> secret)
    {
        if (secret.Length != Size || !Secp256k1.IsNonZeroScalar(secret)) throw new ArgumentException("A secret is a scalar from 1 to n − 1.", nameof(secret));
        return new EvmKey(SecretBytes.Take(secret));
    }

    /// <summary>Signs a hash.</summary>
    /// <exception cref="CollabException"><see cref="EvmErrors.SignatureWrong"/>: the signature made does not verify.</exception>
    public EvmSignature Sign(Digest hash)
    {
        var signature = _secret.Use(hash.ToArray(), static (key, hash) => Sign(key, hash));
        return IsSignedBy(_public, hash, signature)
            ? signature
            : throw new CollabException(EvmErrors.SignatureWrong, "A signature of this account's key does not verify.");
    }

    /// <summary>Whether the signature is this account's over the hash, with s at most n/2.</summary>
    public bool Verify(Digest hash, EvmSignature signature) => IsSignedBy(_public, hash, signature);

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(EvmKey)} of {Address} (secret)";

    /// <inheritdoc/>
    public void Dispose() => _secret.Dispose();

    /// <summary>The key as the class library has it, for its file.</summary>
    internal ECDsa ToECDsa() => _secret.Use(_public, static (bytes, point) =>
    {
        var secret = bytes.ToArray();
        try
        {
            return ECDsa.Create(new ECParameters { Curve = Curve, D = secret, Q = point });
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    });

    /// <exception cref="ArgumentException">Of another curve.</exception>
    internal static EvmKey FromECDsa(ECDsa key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: true);
        try
        {
            if (parameters.Curve.Oid?.Value != Curve.Oid.Value) throw new ArgumentException("A key of secp256k1.", nameof(key));
            return FromSecret(parameters.D);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(parameters.D);
        }
    }

    private static EvmSignature Sign(ReadOnlySpan<byte> key, byte[] hash)
    {
        Span<byte> r = stackalloc byte[Size];
        Span<byte> s = stackalloc byte[Size];
        using var nonces = new DeterministicNonces(key, hash);
        while (true)
        {
            var nonce = nonces.Next();
            var point = PointOf(nonce);
            point.X.CopyTo(r);
            if (!Secp256k1.IsNonZeroScalar(r)) continue;                                 // Ethereum has no r of n or more; 2^-128
            Secp256k1.SignatureScalar(nonce, hash, r, key, s);
            if (!Secp256k1.IsNonZeroScalar(s)) continue;
            var isOdd = (point.Y![^1] & 1) == 1;
            if (Secp256k1.IsHighVariableTime(s))
            {
                Secp256k1.Negate(s, s);                                                  // the signature by −k, whose point is the other
                isOdd = !isOdd;
            }

            return new EvmSignature(new Digest(r), new Digest(s), isOdd);
        }
    }

    private static ECPoint PointOf(ReadOnlySpan<byte> scalar)
    {
        var secret = scalar.ToArray();
        try
        {
            using var key = ECDsa.Create(new ECParameters { Curve = Curve, D = secret });
            return key.ExportParameters(includePrivateParameters: false).Q;
        }
        catch (Exception fault) when (fault is CryptographicException or PlatformNotSupportedException)
        {
            throw new CollabException(EvmErrors.CurveMissing, "The system's libcrypto does not compute on secp256k1.", inner: fault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static bool IsSignedBy(ECPoint point, Digest hash, EvmSignature signature)
    {
        if (Secp256k1.IsHighVariableTime(signature.S.ToArray())) return false;
        using var key = ECDsa.Create(new ECParameters { Curve = Curve, Q = point });
        return key.VerifyHash(hash.ToArray(), (byte[])[.. signature.R.ToArray(), .. signature.S.ToArray()]);
    }

    private static EvmAddress AddressOf(ECPoint point) => new(Keccak256.Hash([.. point.X!, .. point.Y!]).AsSpan(Keccak256.Size - EvmAddress.Size));

    private static ECCurve Curve => ECCurve.CreateFromValue("1.3.132.0.10");
}
