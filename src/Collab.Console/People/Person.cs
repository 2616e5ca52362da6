namespace Collab.Console.People;

/// <summary>A person of this party, as kept in the node's encrypted store.</summary>
/// <param name="Name">The name that the person signs in with: a-z, 0-9, '.', '-' and '_'.</param>
/// <param name="Roles">Of <see cref="PersonRoles"/>.</param>
/// <param name="Version">Grows when roles or secrets change; a session of another version has ended.</param>
public sealed record Person(string Name, IReadOnlyList<string> Roles, long Version)
{
    /// <summary>The password and the second factor; null until the person has enrolled.</summary>
    public Credentials? Credentials { get; init; }

    /// <summary>The link that was handed out and not used; null when there is none.</summary>
    public Invitation? Invitation { get; init; }

    /// <summary><c>en</c> or <c>zh</c>; null for the browser's.</summary>
    public string? Language { get; init; }

    /// <summary><c>light</c> or <c>dark</c>; null for the browser's.</summary>
    public string? Theme { get; init; }

    /// <summary>Names the person and no secret.</summary>
    public override string ToString() => $"person {Name}";
}

/// <summary>A one-time link; only its digest is kept.</summary>
/// <param name="Token">SHA-256 of the token.</param>
/// <param name="Expires">Up to this moment and not at it.</param>
public sealed record Invitation(byte[] Token, DateTimeOffset Expires)
{
    /// <summary>Says no secret.</summary>
    public override string ToString() => $"invitation until {Expires:u}";
}

/// <summary>What a person signs in with.</summary>
/// <param name="Password">The password's hash.</param>
/// <param name="SecondFactor">The secret of the time-based codes (RFC 6238), 20 bytes.</param>
/// <param name="LastStep">The newest time step whose code was used; none at or before it counts again.</param>
/// <param name="RecoveryCodes">SHA-256 of each recovery code that is left.</param>
public sealed record Credentials(PasswordHash Password, byte[] SecondFactor, long LastStep, IReadOnlyList<byte[]> RecoveryCodes)
{
    /// <summary>Says no secret.</summary>
    public override string ToString() => $"credentials with {RecoveryCodes.Count} recovery codes";
}
