using System.Security.Cryptography.X509Certificates;
using Collab.Primitives;

namespace Collab.Identity;

/// <summary>Whose authorities the consortium accepts, and which keys it has revoked; a state of the ledger, replaced as a whole.</summary>
public sealed class PeerPins
{
    private readonly Dictionary<Digest, PartyId> _parties = [];
    private readonly HashSet<Digest> _revoked;

    /// <summary>Takes the pins of every party; two of one party overlap while it rotates.</summary>
    /// <param name="pins">Party to SHA-256 of its authorities' SubjectPublicKeyInfo.</param>
    /// <param name="revoked">SHA-256 of the SubjectPublicKeyInfo of revoked keys, of leaves or authorities.</param>
    /// <exception cref="ArgumentException">One pin stands for two parties.</exception>
    public PeerPins(IReadOnlyDictionary<PartyId, IReadOnlyList<Digest>> pins, IEnumerable<Digest>? revoked = null)
    {
        foreach (var (party, pin) in pins.SelectMany(entry => entry.Value.Select(pin => (entry.Key, pin))))
        {
            if (!_parties.TryAdd(pin, party) && _parties[pin] != party)
                throw new ArgumentException($"One pin stands for {_parties[pin]} and for {party}.", nameof(pins));
        }

        _revoked = [.. revoked ?? []];
    }

    /// <summary>The party whose authority has this pin, or null.</summary>
    public PartyId? PartyOf(Digest pin) => _parties.GetValueOrDefault(pin);

    /// <summary>Whether the key with this digest was revoked.</summary>
    public bool IsRevoked(Digest key) => _revoked.Contains(key);

    /// <summary>SHA-256 of a certificate's SubjectPublicKeyInfo.</summary>
    public static Digest PinOf(X509Certificate2 certificate) => Digest.Sha256(certificate.PublicKey.ExportSubjectPublicKeyInfo());
}
