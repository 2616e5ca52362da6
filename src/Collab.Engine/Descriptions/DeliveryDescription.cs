using Collab.Jobs;

namespace Collab.Engine.Descriptions;

/// <summary>Reads the parameters of an attestation and of a delivery (protocols/specs/job.md, "Parameters of an attestation" and "of a delivery").</summary>
internal static class DeliveryDescription
{
    private const int UsualSize = 2048;

    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    public static JobKind.Attest ParseAttest(YamlSection parameters)
    {
        var kind = new JobKind.Attest(Distinct(parameters, "columns", parameters.Texts("columns")), parameters.Duration("valid", Year, AttestQuestion.LongestValidity));
        parameters.End();
        return kind;
    }

    public static JobKind.Deliver ParseDeliver(YamlSection parameters)
    {
        var kind = new JobKind.Deliver(
            IntersectionDescription.Rule(parameters, KeyRule.Default.Duplicate),
            parameters.Has("of") ? parameters.Party("of") : null,
            Distinct(parameters, "disclose", parameters.TextsOrNone("disclose")),
            parameters.Filter("rule"),
            parameters.Has("amount") ? Amount(parameters.Section("amount")) : null,
            parameters.Integer("records", 1, 1, DeliverQuestion.MostRecords),
            parameters.Integer("record-size", UsualSize, DeliverQuestion.SmallestRecord, DeliverQuestion.LargestRecord),
            parameters.Duration("valid", Year, AttestQuestion.LongestValidity));
        if (kind.Disclose.Count == 0 && kind.Rule is null && kind.Amount is null) throw parameters.Error("disclose", "or a rule or an amount must be there: else nothing is told");
        parameters.End();
        return kind;
    }

    private static RequestedAmount Amount(YamlSection section)
    {
        var amount = new RequestedAmount(
            section.Text("of"), Number("share", "1"), Number("deductible", "0"), section.Has("cap") ? Number("cap", "") : null);
        section.End();
        return amount;

        (long, int) Number(string field, string otherwise) => AnalysisDescription.Decimal(section, field, section.Text(field, otherwise));
    }

    private static IReadOnlyList<string> Distinct(YamlSection section, string field, IReadOnlyList<string> names) =>
        names.Distinct().Count() == names.Count ? names : throw section.Error(field, "names a column twice");
}
