using Collab.Jobs;

namespace Collab.Engine.Descriptions;

/// <summary>Reads the parameters of a trace (protocols/specs/job.md, "Parameters of a trace").</summary>
internal static class TraceDescription
{
    private const int UsualMailbox = 8;

    private static readonly Dictionary<string, TraceDetails> DetailWords = new()
    {
        ["account"] = TraceDetails.Account,
        ["name"] = TraceDetails.Name,
        ["industry"] = TraceDetails.Industry,
    };

    /// <summary>Reads them. Whether they fit together is the planner's to say, who also knows the scale of the amounts.</summary>
    public static JobKind.Trace Parse(YamlSection parameters)
    {
        var columns = ColumnsOf(parameters);
        var (minimum, scale) = AnalysisDescription.Decimal(parameters, "minimum", parameters.Text("minimum", "1"));
        if (minimum < 1) throw parameters.Error("minimum", "is not above 0");
        var (sameName, industries) = AlertsOf(parameters, columns);
        var traces = parameters.Integer("traces", 1, 1, TraceQuestion.MostTraces);
        var question = new TraceQuestion(
            columns, scale, parameters.Integer("hops", 4, 1, TraceQuestion.MostHops), parameters.Integer("delay", 0, 0, TraceQuestion.MostHops - 1),
            parameters.Integer("period", 30, 0, TraceQuestion.LongestPeriod), traces,
            parameters.Integer("fan-out", 4, 1, TraceQuestion.MostFanOut), parameters.Integer("mailbox", Math.Max(UsualMailbox, traces), 1, TraceQuestion.LargestMailbox),
            minimum, sameName, industries,
            parameters.Has("details") ? JobDescription.Words(parameters, "details", DetailWords).Aggregate(TraceDetails.None, (all, one) => all | one) : TraceDetails.None);
        var kind = new JobKind.Trace(question) { Where = parameters.Filter("where") };
        parameters.End();
        return kind;
    }

    private static TraceColumns ColumnsOf(YamlSection parameters)
    {
        if (!parameters.Has("columns")) return new("reference", "account", "bank", "direction", "amount", "day", "traced", null, null, null);
        var section = parameters.Section("columns");
        var columns = new TraceColumns(
            section.Text("reference", "reference"), section.Text("account", "account"), section.Text("bank", "bank"), section.Text("direction", "direction"),
            section.Text("amount", "amount"), section.Text("day", "day"), section.Text("traced", "traced"), Optional("name"), Optional("industry"), Optional("watched"));
        section.End();
        return columns;

        string? Optional(string field) => section.Has(field) ? section.Text(field) : null;
    }

    private static (bool SameName, IReadOnlyList<string> Industries) AlertsOf(YamlSection parameters, TraceColumns columns)
    {
        var hasNames = columns.Name is not null;
        if (!parameters.Has("alerts")) return (hasNames, []);
        var alerts = parameters.Section("alerts");
        var found = (alerts.Boolean("same-name", hasNames), alerts.TextsOrNone("industries").Order(StringComparer.Ordinal).ToList());
        alerts.End();
        return found;
    }
}
