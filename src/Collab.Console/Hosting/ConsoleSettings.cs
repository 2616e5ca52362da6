using System.Net.Security;
using Collab.Console.People;
using Collab.Console.SignIn;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Console.Hosting;

/// <summary>What a console is started with.</summary>
/// <param name="Listen">Address and port, <c>127.0.0.1:8443</c>; port 0 for any that is free.</param>
/// <param name="Party">The party.</param>
/// <param name="Consortium">The consortium.</param>
/// <param name="Node">The node's calls.</param>
/// <param name="People">The people of the party.</param>
/// <param name="Journal">Where their acts are noted.</param>
/// <param name="Tls">The options of one connection; asked for each, so that a new certificate counts from the next on.</param>
public sealed record ConsoleSettings(
    string Listen, PartyId Party, string Consortium, IOperator Node, PeopleRegister People, Journal Journal, Func<SslServerAuthenticationOptions> Tls)
{
    /// <summary>How long sessions last.</summary>
    public SessionLimits Limits { get; init; } = SessionLimits.Standard;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Name and version of the program, for what auditors take away.</summary>
    public string Software { get; init; } = "collab";

    /// <summary>What this node holds evidence against; null where it has no consortium's file.</summary>
    public TrustedConsortium? OwnTrust { get; init; }

    /// <summary>Reads a consortium's file that an auditor brings.</summary>
    /// <exception cref="CollabException">It is none.</exception>
    public Func<string, TrustedConsortium> ReadTrust { get; init; } = _ => throw new CollabException(TrustUnreadable, "This console reads no consortium's file.");

    /// <summary>A console that was started without a reader of consortium files.</summary>
    public static readonly ErrorCode TrustUnreadable = new(
        "console.trust-unreadable", ErrorKind.InvalidInput, "Check the file with 'collab audit verify FILE --trust consortium.yaml'.");
}
