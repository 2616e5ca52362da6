using Collab.Cli.Bench.Cases;
using Collab.Primitives;

namespace Collab.Cli.Bench.Parties;

/// <summary>The protocols of two parties that can be measured, by topic and options.</summary>
internal static class BenchParties
{
    private const string SemiHonest = "semi-honest";
    private const string Malicious = "malicious";

    /// <summary>What a topic's options ask for, checked, with what was left open filled in.</summary>
    /// <exception cref="ArgumentException">The topic has no such protocol, mode or security, or a number is out of range.</exception>
    public static BenchOptions Complete(BenchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Runs, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        var completed = options.Topic switch
        {
            "psi" => PsiCase.Complete(options),
            "vole" => VoleCase.Complete(options),
            "ot" => OtCase.Complete(options),
            "pir" => RetrievalCase.Complete(options),
            _ => throw new ArgumentException($"There is no protocol of two parties under '{options.Topic}'.", nameof(options)),
        };
        return completed with { Transport = Of(options.Transport ?? "memory", "transport", "memory", "grpc") };
    }

    /// <summary>One party of what <see cref="Complete"/> has returned.</summary>
    public static IBenchParty Create(BenchOptions options, BenchRole role) => options.Topic switch
    {
        "psi" => PsiCase.Create(options, role),
        "vole" => VoleCase.Create(options, role),
        "pir" => RetrievalCase.Create(options, role),
        _ => OtCase.Create(options, role),
    };

    /// <summary>Of a protocol that has both forms: which one, malicious when nothing was said.</summary>
    public static string SecurityOf(BenchOptions options) => Of(options.Security ?? Malicious, "security", SemiHonest, Malicious);

    /// <summary>The same as the product's word for it.</summary>
    public static SecurityModel ModelOf(BenchOptions options) => options.Security == SemiHonest ? SecurityModel.SemiHonest : SecurityModel.Malicious;

    /// <summary>A word, when it is one of those that the option knows.</summary>
    /// <exception cref="ArgumentException">It is none of them.</exception>
    public static string Of(string word, string option, params ReadOnlySpan<string> known) =>
        known.Contains(word) ? word : throw new ArgumentException($"The {option} is {string.Join(" or ", known)}.", option);
}
