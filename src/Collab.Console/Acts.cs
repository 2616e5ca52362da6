using Collab.Console.People;
using Collab.Wire.Operator;

namespace Collab.Console;

/// <summary>Which role may ask the node for what (protocols/specs/console.md, table of verbs).</summary>
internal static class Acts
{
    private static readonly string[] Everybody = [.. PersonRoles.All];

    /// <summary>The roles that may use a verb.</summary>
    public static IReadOnlyList<string> RolesOf(string verb) => verb switch
    {
        Verbs.Status or Verbs.Governance or Verbs.ListDatasets or Verbs.ListAlgorithms or Verbs.ShowAlgorithm
            or Verbs.ExplainJob or Verbs.ListJobs or Verbs.ShowJob or Verbs.JobHistory or Watch => Everybody,
        Verbs.SubmitJob or Verbs.RunJob or Verbs.CancelJob or Verbs.GetResult => [PersonRoles.Researcher],
        Verbs.ListModels or Verbs.ShowModel or Verbs.ForgetModel or Verbs.ExportModel => [PersonRoles.Researcher, PersonRoles.Owner],
        Verbs.ApproveJob or Verbs.RejectJob => [PersonRoles.Owner, PersonRoles.Supervisor], // a supervisor's page endorses, and grants nothing
        Verbs.ListOwnDatasets or Verbs.CheckDataset or Verbs.SendFile or Verbs.CompareJob
            or Verbs.AddDataset or Verbs.RevokeJob or Verbs.AddAlgorithm or Verbs.WithdrawAlgorithm
            or Verbs.AddConsents or Verbs.WithdrawConsent or Verbs.IssueRecords or Verbs.RevokeRecord => [PersonRoles.Owner],
        Verbs.ListConsents or Verbs.ConsentHistory or Verbs.ListRecords or Verbs.OpenReplay => [PersonRoles.Owner, PersonRoles.Auditor],
        Verbs.VerifyRecord or Verbs.RenewRecord => [PersonRoles.Researcher, PersonRoles.Owner, PersonRoles.Auditor],
        Verbs.ExportEvidence => [PersonRoles.Researcher, PersonRoles.Owner, PersonRoles.Auditor, PersonRoles.Supervisor],
        Verbs.Prepare or Verbs.OpenMotion or Verbs.Vote or Verbs.ForgetReplay => [PersonRoles.Operator],
        _ => [],
    };

    /// <summary>The name of watching events, which is no verb with one answer.</summary>
    public const string Watch = "job.watch";

    /// <summary>Whether it only looks; what does not is noted in the journal. Of a file that is sent its registration is noted, not each of its pieces.</summary>
    public static bool OnlyLooks(string verb) => verb is Verbs.Status or Verbs.Governance or Verbs.ListDatasets or Verbs.ListOwnDatasets or Verbs.CheckDataset or Verbs.SendFile
        or Verbs.ListAlgorithms or Verbs.ShowAlgorithm or Verbs.ExplainJob or Verbs.ListJobs or Verbs.ShowJob or Verbs.JobHistory or Verbs.CompareJob
        or Verbs.ListModels or Verbs.ShowModel or Verbs.ListConsents or Verbs.ListRecords or Watch;

    /// <summary>Whether it binds the party before the others, so that the second factor must be fresh.</summary>
    public static bool Binds(string verb) => verb is Verbs.ApproveJob or Verbs.RevokeJob or Verbs.OpenMotion or Verbs.Vote;

    /// <summary>What a request is about: a digest or a name, never data.</summary>
    public static string? SubjectOf(object request) => request switch
    {
        JobRequest { Job: var job } => job,
        AddDatasetRequest { Name: var name } => name,
        AddAlgorithmRequest { Name: var name } => name,
        AlgorithmRequest { Name: var name } => name,
        ModelRequest { Model: var model } => model,
        VoteRequest { Motion: var motion } => motion,
        RevokeRecordRequest { Handle: var handle } => handle,
        IssueRecordsRequest { Dataset: var dataset } => dataset,
        PrepareRequest { Peer: var peer } => peer,
        _ => null,
    };
}
