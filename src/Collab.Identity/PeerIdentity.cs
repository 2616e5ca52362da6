using Collab.Primitives;

namespace Collab.Identity;

/// <summary>What the holder of a certificate is to its party.</summary>
public enum PartyRole
{
    /// <summary>The party's node, which speaks to other parties' nodes.</summary>
    Node = 1,

    /// <summary>A person or program that commands the party's own node.</summary>
    Operator = 2,
}

/// <summary>Who stands at the other end of a TLS connection: <c>collab://party/role</c>.</summary>
/// <param name="Party">The party.</param>
/// <param name="Role">What it is there.</param>
public sealed record PeerIdentity(PartyId Party, PartyRole Role)
{
    /// <summary>The scheme of the alternative name.</summary>
    public const string Scheme = "collab";

    /// <summary>Reads exactly what <see cref="ToString"/> writes, or returns null.</summary>
    public static PeerIdentity? TryParse(string uri)
    {
        const string start = Scheme + "://";
        if (!uri.StartsWith(start, StringComparison.Ordinal)) return null;
        var parts = uri[start.Length..].Split('/');
        if (parts.Length != 2 || PartyId.TryParse(parts[0]) is not { } party) return null;
        return parts[1] switch
        {
            "node" => new PeerIdentity(party, PartyRole.Node),
            "operator" => new PeerIdentity(party, PartyRole.Operator),
            _ => null,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Scheme}://{Party.Name}/{(Role == PartyRole.Node ? "node" : "operator")}";
}
