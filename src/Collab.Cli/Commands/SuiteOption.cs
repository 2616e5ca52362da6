using System.CommandLine;
using Collab.Cryptography.Signatures;

namespace Collab.Cli.Commands;

/// <summary>The suite of a consortium's keys, commitments and sealed delivery (protocols/specs/suite-sm.md).</summary>
internal static class SuiteOption
{
    public static readonly Option<string> Suite = Create();

    /// <summary>How the keys of logs and witnesses sign.</summary>
    public static SignatureAlgorithm Of(ParseResult parsed) => parsed.GetRequiredValue(Suite) == "sm" ? SignatureAlgorithm.Sm2 : SignatureAlgorithm.Ed25519;

    private static Option<string> Create()
    {
        var suite = new Option<string>("--suite") { Description = "international (Ed25519, SHA-256) or sm (SM2, SM3): the same at every party of the consortium.", DefaultValueFactory = _ => "international" };
        suite.AcceptOnlyFromAmong("international", "sm");
        return suite;
    }
}
