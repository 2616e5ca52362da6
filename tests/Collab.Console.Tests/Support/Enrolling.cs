using Collab.Primitives;

namespace Collab.Console.Tests.Support;

/// <summary>What a new person does with the link.</summary>
internal static class Enrolling
{
    public const string Password = "seven geese over a cold lake";

    /// <summary>Follows the link, chooses a password, types the second factor's key into the telephone, and keeps the recovery codes.</summary>
    public static async Task<Person> EnrolAsync(Visitor browser, PartyId party, string name, string link)
    {
        await browser.GoAsync(link);
        var person = new Person(party, name, Password, await browser.Page.Locator("main code").First.InnerTextAsync());
        await FillAsync(browser, Password, Password, await person.CodeAsync());
        var codes = browser.Page.Locator(".codes li");
        await codes.First.WaitForAsync();
        person.RecoveryCodes = await codes.AllInnerTextsAsync();
        return person;
    }

    /// <summary>Sends the form.</summary>
    public static async Task FillAsync(Visitor browser, string password, string again, string code)
    {
        await browser.Page.Locator("#password").FillAsync(password);
        await browser.Page.Locator("#again").FillAsync(again);
        await browser.Page.Locator("#code").FillAsync(code);
        await browser.Page.Locator("main form button").ClickAsync();
    }
}
