using System.Globalization;
using Collab.Jobs;
using Collab.Statistics.Privacy;

namespace Collab.Engine.Descriptions;

/// <summary>Reads what a job description and a policy say of differential privacy (protocols/specs/job.md, policy.md).</summary>
internal static class PrivacyDescription
{
    private static readonly Dictionary<string, NoiseMechanism> Mechanisms = new()
    {
        ["laplace"] = NoiseMechanism.Laplace,
        ["gaussian"] = NoiseMechanism.Gaussian,
    };

    private static readonly Dictionary<string, bool> Shares = new() { ["analyst"] = false, ["dataset"] = true };

    private static readonly Dictionary<string, bool> Requirements = new() { ["required"] = true, ["optional"] = false };

    /// <summary>The noise asked for; its ranges have the scale that they are written with. Whether they suit the columns is known with the owners' offers.</summary>
    public static PrivacyChoice Parse(YamlSection section)
    {
        var mechanism = section.Choice("mechanism", Mechanisms);
        if (mechanism == NoiseMechanism.Laplace && section.Has("delta")) throw section.Error("delta", "has no meaning for Laplace noise");
        var choice = new PrivacyChoice(
            mechanism, Epsilon(section), mechanism == NoiseMechanism.Gaussian ? Delta(section) : 0,
            section.Has("ranges") ? [.. section.Sections("ranges").Select(Range)] : []);
        if (choice.Ranges.DistinctBy(range => range.Column).Count() != choice.Ranges.Count) throw section.Error("ranges", "names a column twice");
        section.End();
        return choice;
    }

    /// <summary>A policy's budget.</summary>
    public static PrivacyBudget Budget(YamlSection section)
    {
        var budget = new PrivacyBudget(Epsilon(section), section.Has("delta") ? Delta(section) : 0, section.Choice("per", Shares, false));
        section.End();
        return budget;
    }

    /// <summary>Whether a policy or a rule asks for noise.</summary>
    public static bool IsRequired(YamlSection section) => section.Choice("privacy", Requirements, false);

    /// <summary>ε in millionths.</summary>
    public static long Epsilon(YamlSection section) => Amount(
        section, "epsilon", PrivacyChoice.EpsilonScale, PrivacyChoice.LargestEpsilon, "is no decimal above 0, at most 100, of at most 6 digits behind the point");

    /// <summary>δ in units of 10^(−18).</summary>
    public static long Delta(YamlSection section) => Amount(
        section, "delta", PrivacyChoice.DeltaScale, PrivacyChoice.LargestDelta, "is no decimal above 0, at most 0.01, such as 0.000001, of at most 18 digits behind the point");

    private static long Amount(YamlSection section, string field, int scale, long largest, string rule)
    {
        var text = section.Text(field);
        return text.Length <= 20 && char.IsAsciiDigit(text[0]) && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            && amount * (decimal)Math.Pow(10, scale) is var units && units == decimal.Truncate(units) && units >= 1 && units <= largest
            ? (long)units
            : throw section.Error(field, rule);
    }

    private static ValueRange Range(YamlSection section)
    {
        var range = Range(section, section.Text("column"));
        section.End();
        return range;
    }

    /// <summary>The range of a column by <c>min</c> and <c>max</c>.</summary>
    internal static ValueRange Range(YamlSection section, string column)
    {
        var (low, high, scale) = ComputationDescription.Bounds(section);
        var range = new ValueRange(column, scale, low, high);
        return range.IsSound ? range : throw section.Error("max", "is below the minimum, or both are 0");
    }
}
