using Collab.Console.Hosting;
using Collab.Primitives;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Components;

namespace Collab.Console;

/// <summary>What every page and part has: both languages, the visitor, the node, short forms, and failures that are shown.</summary>
public abstract class ConsoleComponent : ComponentBase
{
    /// <summary>Who looks.</summary>
    [Inject]
    public required Visit Visit { get; set; }

    /// <summary>The node, for the person of this request.</summary>
    [Inject]
    public required IOperator Node { get; set; }

    /// <summary>What the console was started with.</summary>
    [Inject]
    public required ConsoleSettings Settings { get; set; }

    /// <summary>Leads to another page.</summary>
    [Inject]
    public required NavigationManager Navigation { get; set; }

    /// <summary>The failure to show, or null.</summary>
    protected ErrorView? Failure { get; set; }

    /// <summary>A text in the reader's language.</summary>
    protected string Say(string english, string chinese) => Visit.IsChinese ? chinese : english;

    /// <summary>A text of the node in the reader's language.</summary>
    protected string Say(TextView text) => Visit.IsChinese ? text.Zh : text.En;

    /// <summary>What to do about a failure, in the reader's language where there are words for its code.</summary>
    protected string Next(string code, string english) => Visit.IsChinese && ErrorWords.FindChinese(code) is { } words ? words.Next : english;

    /// <summary>A moment in words, in UTC.</summary>
    protected static string Time(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture) + " UTC";

    /// <summary>The first twelve digits of a digest.</summary>
    protected static string Short(string digest) => digest.Length > 12 ? digest[..12] : digest;

    /// <summary>The address of a style sheet or module of this assembly.</summary>
    protected static string Asset(string name) => AssetFiles.AddressOf(name);

    /// <summary>Does something; a failure with a code is shown instead of raised.</summary>
    /// <returns>Whether it was done.</returns>
    protected async Task<bool> TryAsync(Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (CollabException e)
        {
            Failure = ViewOf(e);
            return false;
        }
    }

    /// <summary>A failure as it is shown.</summary>
    protected static ErrorView ViewOf(CollabException e)
    {
        var fault = e.ToFault();
        return new ErrorView(fault.Code, fault.Party?.Name, fault.Step?.Name, fault.Message, fault.Next);
    }
}
