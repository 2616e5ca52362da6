using Collab.Jobs;

namespace Collab.Engine.Planning;

/// <summary>What a requirement of consent does, said before anyone approves it (protocols/specs/consent.md).</summary>
internal static class ConsentExplanation
{
    /// <summary>Which rows of an owner take part; nothing where nobody's consent is asked for.</summary>
    public static IEnumerable<Bilingual> RowsOf(Plan plan, PlanInput input)
    {
        if (input.Subject is not { } subject) yield break;
        var recipients = string.Join(", ", plan.Receivers);
        yield return new(
            $"takes only its rows whose subject, by {subject}, consents to purpose {plan.Purpose} for {recipients}",
            $"仅取其数据主体（按 {subject}）同意为目的 {plan.Purpose} 提供给 {recipients} 的行");
    }

    /// <summary>What holds of consent in a plan; nothing where none is asked for.</summary>
    public static IEnumerable<Bilingual> NotesOn(Plan plan)
    {
        if (plan.Consent == ConsentRule.None) yield break;
        yield return new(
            "Each owner looks up its own register of consents before anything else: a row without a consent that holds for every receiver, the purpose and the columns, when the run is started and when it is read, is left out. How many are left out, nobody else is told; every number that is told is of the rows that are left.",
            "各数据方首先查阅自己的同意登记册：若某行没有对每一接收方、该目的及所读列均有效的同意（在运行开始时与读取时皆有效），则不参与。被排除的行数不告知任何他方；所公布的一切数字只涉及余下的行。");
        yield return plan.Consent == ConsentRule.Throughout
            ? new(
                "A withdrawal counts from the register's next version. If a subject whose row was taken withdraws before its owner has sealed the run's receipt, the run ends with no result.",
                "撤回自登记册的下一版本起生效。若已被取用行的数据主体在其数据方封存运行回执之前撤回同意，则运行终止且无结果。")
            : new(
                "A withdrawal counts from the register's next version: a run that has read its rows goes on with them.",
                "撤回自登记册的下一版本起生效：已读取数据行的运行将继续使用这些行。");
    }
}
