//! The attribute with which jiju declares the parameters of an operation once for all its doors.

use proc_macro::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;
use syn::parse::Parser as _;
use syn::{Attribute, Expr, ExprLit, Fields, ItemStruct, Lit, Meta, parse_macro_input};

/// Declares the fields of a struct as parameters.
///
/// The struct gets `Debug`, `Clone`, `Serialize`, `Deserialize` (a missing field is that of `Default`, which the struct
/// must have), `#[non_exhaustive]`, a method `with_<field>` for each field, and an implementation of `jiju::declare::Parameters` that lists each field with its
/// name, documentation, type and the following attributes; a raw identifier such as `r#where` goes by its plain word:
///
/// | attribute | meaning |
/// | --- | --- |
/// | `#[flatten]` | the field is itself a struct of parameters, which are listed in its place |
/// | `#[flatten(required = "name", positional = "name")]` | the same, with the parameters of these names required, or standing by themselves on the command line |
/// | `#[parameter(value = "COLUMN")]` | the word for its value in help texts |
/// | `#[parameter(required)]` | a value must be given |
/// | `#[parameter(positional)]` | on the command line, the value stands by itself, without an option before it |
/// | `#[parameter(short = 'k')]` | a short option on the command line |
/// | `#[parameter(alias = "old_name")]` | another name under which it is accepted; may be repeated |
/// | `#[parameter(requires = "other")]`, `#[parameter(conflicts = "other")]` | what must, or must not, be given with it; may be repeated |
/// | `#[parameter(comma)]` | of a list: values may be separated by commas on the command line |
/// | `#[parameter(if_bare = "1")]` | the value that stands for the option without one |
#[proc_macro_attribute]
pub fn parameters(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as ItemStruct);
    expand(item).unwrap_or_else(syn::Error::into_compile_error).into()
}

fn expand(mut item: ItemStruct) -> syn::Result<proc_macro2::TokenStream> {
    let about = documentation(&item.attrs);
    let name = item.ident.clone();
    let Fields::Named(fields) = &mut item.fields else {
        return Err(syn::Error::new_spanned(&item, "expected a struct with named fields"));
    };
    let mut listed = Vec::new();
    let mut setters = Vec::new();
    for field in &mut fields.named {
        let Some(ident) = field.ident.clone() else { continue };
        let kind = field.ty.clone();
        let word = ident.unraw().to_string();
        let setter = format_ident!("with_{word}");
        let setter_help = format!("These parameters with another `{word}`.");
        setters.push(quote! {
            #[doc = #setter_help]
            #[must_use]
            pub fn #setter(mut self, value: impl ::std::convert::Into<#kind>) -> Self {
                self.#ident = value.into();
                self
            }
        });
        if let Some(position) = field.attrs.iter().position(|attribute| attribute.path().is_ident("flatten")) {
            let attribute = field.attrs.remove(position);
            field.attrs.push(syn::parse_quote!(#[serde(flatten)]));
            let altered = match attribute.meta {
                Meta::Path(_) => Vec::new(),
                _ => metas(&attribute)?.iter().map(alteration).collect::<syn::Result<Vec<_>>>()?,
            };
            listed.push(quote! {
                let flattened = <#kind as crate::declare::Parameters>::parameters();
                #(let flattened = #altered;)*
                all.extend(flattened);
            });
            continue;
        }
        let help = documentation(&field.attrs);
        let (own, others): (Vec<Attribute>, Vec<Attribute>) =
            field.attrs.drain(..).partition(|attribute| attribute.path().is_ident("parameter"));
        field.attrs = others;
        let mut calls = Vec::new();
        for attribute in own {
            for meta in metas(&attribute)? {
                calls.push(call(&meta)?);
            }
        }
        listed.push(quote! { all.push(crate::declare::Parameter::with_type::<#kind>(#word, #help) #(#calls)*); });
    }
    Ok(quote! {
        #[derive(Debug, Clone, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(default)]
        #[non_exhaustive]
        #item

        impl #name {
            #(#setters)*
        }

        impl crate::declare::Parameters for #name {
            const ABOUT: &'static str = #about;

            fn parameters() -> ::std::vec::Vec<crate::declare::Parameter> {
                let mut all = ::std::vec::Vec::new();
                #(#listed)*
                all
            }
        }
    })
}

fn metas(attribute: &Attribute) -> syn::Result<Vec<Meta>> {
    let list = attribute.meta.require_list()?;
    let parser = syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated;
    Ok(parser.parse2(list.tokens.clone())?.into_iter().collect())
}

/// The call that alters one of the flattened parameters: `required = "areas"`.
fn alteration(meta: &Meta) -> syn::Result<proc_macro2::TokenStream> {
    let word = meta.path().require_ident()?;
    let Meta::NameValue(pair) = meta else {
        return Err(syn::Error::new_spanned(meta, "expected the name of a parameter, as in `required = \"areas\"`"));
    };
    if word != "required" && word != "positional" {
        return Err(syn::Error::new_spanned(meta, "expected one of required, positional"));
    }
    let name = &pair.value;
    Ok(quote! { crate::declare::altered(flattened, #name, crate::declare::Parameter::#word) })
}

/// The call on a `Parameter` that an attribute stands for.
fn call(meta: &Meta) -> syn::Result<proc_macro2::TokenStream> {
    let known =
        ["value", "short", "alias", "requires", "conflicts", "if_bare", "heading", "required", "positional", "comma"];
    let word = meta.path().require_ident()?.to_string();
    if !known.contains(&word.as_str()) {
        return Err(syn::Error::new_spanned(meta, format!("expected one of {}", known.join(", "))));
    }
    let method = format_ident!("{word}");
    match meta {
        Meta::Path(_) => Ok(quote! { .#method() }),
        Meta::NameValue(pair) => {
            let value = &pair.value;
            Ok(quote! { .#method(#value) })
        }
        Meta::List(_) => Err(syn::Error::new_spanned(meta, "expected a word, or a word and its value")),
    }
}

/// The documentation comment, its lines joined as they stand.
fn documentation(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
                let line = text.value();
                Some(line.strip_prefix(' ').unwrap_or(&line).to_owned())
            }
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}
