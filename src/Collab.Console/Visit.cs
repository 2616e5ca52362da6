using Collab.Console.People;
using Collab.Console.SignIn;
using Collab.Primitives;
using Microsoft.AspNetCore.Http;

namespace Collab.Console;

/// <summary>Who looks, in which language and colours; one for each request.</summary>
public sealed class Visit
{
    /// <summary>The person; null before sign-in.</summary>
    public Person? Person { get; private set; }

    /// <summary>The session; null before sign-in.</summary>
    public Session? Session { get; private set; }

    /// <summary>Whether it reads Chinese; else English.</summary>
    public bool IsChinese { get; private set; }

    /// <summary><c>light</c>, <c>dark</c> or null for the browser's.</summary>
    public string? Theme => Person?.Theme;

    /// <summary>Why a code that came with the form was not taken.</summary>
    public CollabException? ConfirmationFailure { get; internal set; }

    /// <summary>Whether the person has a role.</summary>
    public bool Is(string role) => Person?.Roles.Contains(role) == true;

    internal void Begin(HttpContext context, (Session Session, Person Person)? signedIn)
    {
        (Session, Person) = (signedIn?.Session, signedIn?.Person);
        IsChinese = (Person?.Language ?? LanguageOf(context.Request.Headers.AcceptLanguage.ToString())) == "zh";
    }

    // The first of the two that the browser lists; browsers list by preference.
    private static string LanguageOf(string accepted)
    {
        foreach (var part in accepted.Split(','))
        {
            var tag = part.Trim();
            if (tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase)) return "zh";
            if (tag.StartsWith("en", StringComparison.OrdinalIgnoreCase)) return "en";
        }

        return "en";
    }
}
