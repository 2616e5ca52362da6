using System.Text.Json.Serialization;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Consents;

/// <summary>One subject's consent: to whom, for what, of which columns, and how long. It never leaves the owner.</summary>
/// <param name="Subject">The pseudonym, as it stands in the subject column; a whole number is written without leading zeros.</param>
/// <param name="Recipient">The organisation that may receive what is computed.</param>
/// <param name="Purpose">The purpose code.</param>
/// <param name="Fields">The columns that may be read, the subject's own not counted; <c>*</c> alone for all.</param>
/// <param name="From">From this moment on.</param>
/// <param name="Until">Up to this moment and not at it.</param>
public sealed record ConsentRecord(
    string Subject, string Recipient, string Purpose, IReadOnlyList<string> Fields, DateTimeOffset From, DateTimeOffset Until)
{
    private const int LongestText = 256;
    private const string All = "*";

    /// <summary>Whether it lets columns be read for a recipient and purpose at a moment.</summary>
    public bool Allows(PartyId recipient, string purpose, IEnumerable<string> columns, DateTimeOffset at) =>
        Recipient == recipient.Name && Purpose == purpose && From <= at && at < Until
        && (Fields is [All] || columns.All(Fields.Contains));

    /// <summary>Checks the form.</summary>
    /// <exception cref="CollabException"><see cref="ConsentErrors.Invalid"/>; the message names the rule, never the subject.</exception>
    public void Check()
    {
        Require(IsText(Subject), "names its subject in 1 to 256 characters");
        Require(PartyId.TryParse(Recipient) is not null, "names its recipient by the name of a party");
        Require(Purpose.Length is >= 1 and <= 64 && Purpose.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'), "has a purpose code of 1 to 64 of a-z, 0-9 and '-'");
        Require(Fields.Count >= 1 && Fields.All(IsText) && Fields.Distinct().Count() == Fields.Count, "names each of its fields once, or '*' for all");
        Require(From < Until, "begins before it ends");

        static bool IsText(string text) => text.Length is >= 1 and <= LongestText && !text.Any(char.IsControl);

        static void Require(bool holds, string rule)
        {
            if (!holds) throw new CollabException(ConsentErrors.Invalid, $"A consent {rule}.");
        }
    }

    internal void Encode(CanonicalWriter writer) => writer
        .Text(Subject).Text(Recipient).Text(Purpose).List(Fields, (w, field) => w.Text(field)).Time(From).Time(Until);
}

/// <summary>A consent and what became of it.</summary>
/// <param name="Record">What was given.</param>
/// <param name="GivenIn">The version of the register that it came with.</param>
/// <param name="Given">When, by the owner's clock.</param>
/// <param name="WithdrawnIn">The version with which it was withdrawn; null while it stands.</param>
/// <param name="Withdrawn">When; null while it stands.</param>
public sealed record ConsentEntry(ConsentRecord Record, int GivenIn, DateTimeOffset Given, int? WithdrawnIn = null, DateTimeOffset? Withdrawn = null)
{
    /// <summary>The salt of its leaf in the register's tree: with it this entry can be shown to an auditor, and no other one.</summary>
    internal Digest Salt { get; init; }

    /// <summary>Whether it had not been withdrawn in a version.</summary>
    [JsonIgnore]
    public bool Stands => WithdrawnIn is null;
}
