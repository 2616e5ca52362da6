using Collab.Jobs;

namespace Collab.Engine.Descriptions;

/// <summary>Reads the parameters of a retrieval (protocols/specs/job.md, "Parameters of a retrieval").</summary>
internal static class RetrievalDescription
{
    private const int UsualValue = 64;

    /// <summary>Reads them. Whose records are meant is known with the receiver, when nothing is said.</summary>
    public static JobKind.Retrieval Parse(YamlSection parameters)
    {
        var kind = new JobKind.Retrieval(
            IntersectionDescription.Rule(parameters, KeyRule.Default.Duplicate),
            parameters.Has("of") ? parameters.Party("of") : null,
            parameters.Texts("columns"),
            parameters.Integer("keys", 1, 1, RetrievalQuestion.MostKeys),
            Raised(parameters.Integer("value-size", UsualValue, RetrievalQuestion.ValueStep, RetrievalQuestion.LargestValue)),
            parameters.Has("records") ? parameters.Integer("records", 0, 1, RetrievalQuestion.MostRecords) : 0);
        if (kind.Columns.Distinct().Count() != kind.Columns.Count) throw parameters.Error("columns", "names a column twice");
        parameters.End();
        return kind;
    }

    private static int Raised(int size) => (size + RetrievalQuestion.ValueStep - 1) / RetrievalQuestion.ValueStep * RetrievalQuestion.ValueStep;
}
