using System.Text;
using Collab.Primitives;

namespace Collab.Jobs;

/// <summary>How upper and lower case of a key are treated.</summary>
public enum KeyCase
{
    /// <summary>Kept.</summary>
    Keep = 1,

    /// <summary>Made lower case by the invariant rules of Unicode.</summary>
    Lower = 2,
}

/// <summary>What happens with a row whose key is blank.</summary>
public enum KeyProblem
{
    /// <summary>The row is left out.</summary>
    Skip = 1,

    /// <summary>The job fails before anything is sent.</summary>
    Fail = 2,
}

/// <summary>What happens with a key that stands in several rows of one owner. The protocols compare it once in any case.</summary>
public enum DuplicateKeys
{
    /// <summary>It stands for the first of its rows.</summary>
    First = 1,

    /// <summary>The job fails before anything is sent.</summary>
    Refuse = 2,

    /// <summary>It stands for all of its rows: each is told when the key matches.</summary>
    All = 3,
}

/// <summary>How keys are made equal before they are compared. Part of the plan, so that all parties do the same.</summary>
/// <param name="Trim">Whether white space at both ends is cut.</param>
/// <param name="CompatibilityForm">Whether Unicode NFKC is applied (full-width digits become digits, ligatures letters).</param>
/// <param name="Case">What happens to case.</param>
/// <param name="Blank">What happens with a blank key.</param>
/// <param name="Duplicate">What happens with a key that stands in several rows.</param>
public sealed record KeyRule(bool Trim, bool CompatibilityForm, KeyCase Case, KeyProblem Blank, DuplicateKeys Duplicate)
{
    /// <summary>Trim, NFKC, lower case; blank rows left out and a repeated key standing for its first row.</summary>
    public static KeyRule Default { get; } = new(true, true, KeyCase.Lower, KeyProblem.Skip, DuplicateKeys.First);

    /// <summary>The key as it is compared.</summary>
    /// <exception cref="ArgumentException">The text is not valid Unicode.</exception>
    public string Normalize(string key)
    {
        if (CompatibilityForm) key = key.Normalize(NormalizationForm.FormKC);
        if (Trim) key = key.Trim(); // after NFKC, which turns other spaces into plain ones
        return Case == KeyCase.Lower ? key.ToLowerInvariant() : key;
    }

    /// <summary>Writes the five fields.</summary>
    public static void Encode(CanonicalWriter writer, KeyRule rule) => writer
        .Boolean(rule.Trim).Boolean(rule.CompatibilityForm).Byte((byte)rule.Case).Byte((byte)rule.Blank).Byte((byte)rule.Duplicate);

    /// <summary>Reads and checks the five fields.</summary>
    public static KeyRule Decode(ref CanonicalReader reader)
    {
        var rule = new KeyRule(
            reader.Boolean(), reader.Boolean(), (KeyCase)reader.Byte(), (KeyProblem)reader.Byte(), (DuplicateKeys)reader.Byte());
        return Enum.IsDefined(rule.Case) && Enum.IsDefined(rule.Blank) && Enum.IsDefined(rule.Duplicate)
            ? rule
            : throw new MalformedException("a known key rule");
    }
}
